import { field, list } from './check-helpers.ts';

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
export function levelOf(policy: unknown, request: AuditedRequest): string {
  const rule = list(field(policy, 'rules')).find((one) => fits(one, request));
  return String(field(rule, 'level') ?? 'None');
}

function fits(rule: unknown, { group, resource, verb }: AuditedRequest): boolean {
  const of = (name: string) => list(field(rule, name));
  if (['users', 'userGroups', 'namespaces'].some((name) => of(name).length > 0)) return false;
  if (of('verbs').length > 0 && !of('verbs').includes(verb)) return false;
  const resources = of('resources');
  if (resources.length === 0) return of('nonResourceURLs').length === 0;
  return resources.some((one) => {
    const named = list(field(one, 'resources'));
    const isOne = named.length === 0 || named.some((name) => matches(String(name), resource));
    return (field(one, 'group') ?? '') === group && isOne && list(field(one, 'resourceNames')).length === 0;
  });
}

/** `pods` is not `pods/exec`; `pods/*` is every part of it, and a star alone is all. */
function matches(name: string, resource: string): boolean {
  if (name === '*' || name === resource) return true;
  const [whole, part] = resource.split('/');
  return part !== undefined && (name === `${whole}/*` || name === `*/${part}`);
}
