import type { BasicOutcome, Check } from '../check.ts';
import { checkConfigFile, checkFlag, checkProcess } from '../check-process.ts';
import { findWorst } from '../find-worst.ts';
import { getField, toList } from '../get-field.ts';
import { inspectControllers } from '../inspect-controllers.ts';

const service = 'kube-apiserver';

/** Requests that the audit log must contain. */
const requiredRequests = [
  { group: '', resource: 'secrets', verbs: ['get', 'list', 'create', 'update'] },
  { group: '', resource: 'pods', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'apps', resource: 'deployments', verbs: ['create', 'update', 'patch', 'delete'] },
  ...['pods/exec', 'pods/portforward', 'pods/proxy', 'services/proxy'].map((resource) => {
    return { group: '', resource, verbs: ['get', 'create'] };
  }),
];

/** Requests whose bodies must not be logged. */
const sensitiveRequests = [
  ...['secrets', 'configmaps'].map((resource) => ({ group: '', resource, verbs: ['get', 'create', 'update'] })),
  { group: 'authentication.k8s.io', resource: 'tokenreviews', verbs: ['create'] },
];

/** Checks of audit logging. */
export const loggingChecks: readonly Check[] = [
  {
    number: '3.2.1',
    title: 'minimal audit policy',
    automated: false,
    remediation: 'set `--audit-policy-file` and `--audit-log-path` of kube-apiserver',
    inspect: inspectControllers((facts) =>
      findWorst([
        checkFlag(service, 'audit-policy-file', () => true)(facts),
        checkFlag(service, 'audit-log-path', () => true)(facts),
        checkConfigFile(service, 'audit-policy', checkPolicyRules)(facts),
        checkProcess(service, (): BasicOutcome => {
          if (facts.auditLogBytes === undefined) return { failure: 'audit log does not exist' };
          return facts.auditLogBytes > 0 ? 'pass' : { failure: 'audit log is empty' };
        })(facts),
      ]),
    ),
  },
  {
    number: '3.2.2',
    title: 'audit policy covers secrets, changes and exec',
    automated: false,
    remediation: 'add these requests to the audit policy, Secrets at level `Metadata`, and restart kube-apiserver',
    inspect: inspectControllers(checkConfigFile(service, 'audit-policy', checkPolicyCoverage)),
  },
];

function checkPolicyRules(policy: unknown): BasicOutcome {
  const levels = toList(getField(policy, 'rules')).map((rule) => getField(rule, 'level'));
  return levels.some((level) => level !== 'None') ? 'pass' : { failure: 'the audit policy logs nothing' };
}

function checkPolicyCoverage(policy: unknown): BasicOutcome {
  const unlogged = expandVerbs(requiredRequests).filter((request) => getAuditLevel(policy, request) === 'None');
  const loggedInFull = expandVerbs(sensitiveRequests).filter(
    (request) => !['None', 'Metadata'].includes(getAuditLevel(policy, request)),
  );
  const failures = [
    ...unlogged.map(({ verb, resource }) => `\`${verb}\` of \`${resource}\` is not logged`),
    ...loggedInFull.map(({ verb, resource }) => `\`${verb}\` of \`${resource}\` is logged with its body`),
  ];
  const [first] = failures;
  const suffix = failures.length > 1 ? ` (and ${failures.length - 1} more)` : '';
  return first === undefined ? 'pass' : { failure: `${first}${suffix}` };
}

function expandVerbs(all: typeof requiredRequests) {
  return all.flatMap(({ verbs, ...request }) => verbs.map((verb) => ({ ...request, verb })));
}

interface AuditedRequest {
  readonly group: string;
  /** Including the subresource: `pods/exec`. */
  readonly resource: string;
  readonly verb: string;
}

/**
 * Returns the level at which an audit policy logs a request of any user: that of the first matching rule, or `None`. Rules
 * restricted to users or namespaces do not match. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy
 */
function getAuditLevel(policy: unknown, request: AuditedRequest): string {
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
