import { getField, toList } from './check-helpers.ts';

export interface AuditedRequest {
  readonly group: string;
  /** With its part where it has one: `pods/exec`. */
  readonly resource: string;
  readonly verb: string;
}

/**
 * How much of anybody's request an audit policy writes down: the first rule that fits decides, and none is `None`. A rule for
 * some users or namespaces only is not for anybody's. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy
 */
export function getAuditLevel(policy: unknown, request: AuditedRequest): string {
  const rule = toList(getField(policy, 'rules')).find((one) => isMatchingRule(one, request));
  return String(getField(rule, 'level') ?? 'None');
}

function isMatchingRule(rule: unknown, { group, resource, verb }: AuditedRequest): boolean {
  const getList = (name: string) => toList(getField(rule, name));
  if (['users', 'userGroups', 'namespaces'].some((name) => getList(name).length > 0)) return false;
  if (getList('verbs').length > 0 && !getList('verbs').includes(verb)) return false;
  const resources = getList('resources');
  if (resources.length === 0) return getList('nonResourceURLs').length === 0;
  return resources.some((one) => {
    const ruleResources = toList(getField(one, 'resources'));
    const hasResource =
      ruleResources.length === 0 || ruleResources.some((name) => isMatchingResource(String(name), resource));
    return (
      (getField(one, 'group') ?? '') === group && hasResource && toList(getField(one, 'resourceNames')).length === 0
    );
  });
}

/** `pods` is not `pods/exec`; `pods/*` is every part of it, and a star alone is all. */
function isMatchingResource(name: string, resource: string): boolean {
  if (name === '*' || name === resource) return true;
  const [parent, subresource] = resource.split('/');
  return subresource !== undefined && (name === `${parent}/*` || name === `*/${subresource}`);
}
