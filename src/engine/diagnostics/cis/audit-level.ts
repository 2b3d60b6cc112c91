import { getField, toList } from './get-field.ts';

export interface AuditedRequest {
  readonly group: string;
  /** Including the subresource: `pods/exec`. */
  readonly resource: string;
  readonly verb: string;
}

/**
 * Returns the level at which an audit policy logs a request of any user: that of the first matching rule, or `None`. Rules
 * restricted to users or namespaces do not match. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy
 */
export function getAuditLevel(policy: unknown, request: AuditedRequest): string {
  const rule = toList(getField(policy, 'rules')).find((candidate) => isMatchingRule(candidate, request));
  return String(getField(rule, 'level') ?? 'None');
}

function isMatchingRule(rule: unknown, { group, resource, verb }: AuditedRequest): boolean {
  const getList = (name: string) => toList(getField(rule, name));
  if (['users', 'userGroups', 'namespaces'].some((name) => getList(name).length > 0)) return false;
  if (getList('verbs').length > 0 && !getList('verbs').includes(verb)) return false;
  const resources = getList('resources');
  if (resources.length === 0) return getList('nonResourceURLs').length === 0;
  return resources.some((auditedGroup) => {
    const ruleResources = toList(getField(auditedGroup, 'resources'));
    const hasResource =
      ruleResources.length === 0 || ruleResources.some((name) => isMatchingResource(String(name), resource));
    return (
      (getField(auditedGroup, 'group') ?? '') === group &&
      hasResource &&
      toList(getField(auditedGroup, 'resourceNames')).length === 0
    );
  });
}

/** `pods` does not match `pods/exec`; `pods/*` matches all its subresources, and `*` matches everything. */
function isMatchingResource(name: string, resource: string): boolean {
  if (name === '*' || name === resource) return true;
  const [parent, subresource] = resource.split('/');
  return subresource !== undefined && (name === `${parent}/*` || name === `*/${subresource}`);
}
