import { getAuditLevel } from '../audit-level.ts';
import type { BasicOutcome, Check } from '../check.ts';
import {
  checkConfigFile,
  checkFlag,
  checkProcess,
  findWorst,
  getField,
  inspectControllers,
  toList,
} from '../check-helpers.ts';

const service = 'kube-apiserver';

/** What each of them should leave in the log. */
const requiredRequests = [
  { group: '', resource: 'secrets', verbs: ['get', 'list', 'create', 'update'] },
  { group: '', resource: 'pods', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'apps', resource: 'deployments', verbs: ['create', 'update', 'patch', 'delete'] },
  ...['pods/exec', 'pods/portforward', 'pods/proxy', 'services/proxy'].map((resource) => ({
    ...{ group: '', resource, verbs: ['get', 'create'] },
  })),
];

/** Whose contents are nothing for a log. */
const sensitiveRequests = [
  ...['secrets', 'configmaps'].map((resource) => ({ group: '', resource, verbs: ['get', 'create', 'update'] })),
  { group: 'authentication.k8s.io', resource: 'tokenreviews', verbs: ['create'] },
];

/** Audit logs. */
export const loggingChecks: readonly Check[] = [
  {
    number: '3.2.1',
    title: 'the API server writes an audit log',
    automated: false,
    remediation: 'give kube-apiserver an `--audit-policy-file` with rules, and an `--audit-log-path`',
    inspect: inspectControllers((facts) =>
      findWorst([
        checkFlag(service, 'audit-policy-file', () => true)(facts),
        checkFlag(service, 'audit-log-path', () => true)(facts),
        checkConfigFile(service, 'audit-policy', checkPolicyRules)(facts),
        checkProcess(service, (): BasicOutcome => {
          if (facts.auditLogBytes === undefined) return { failure: 'there is no audit log' };
          return facts.auditLogBytes > 0 ? 'right' : { failure: 'the audit log is empty' };
        })(facts),
      ]),
    ),
  },
  {
    number: '3.2.2',
    title: 'the audit log has secrets, changes and shells in it',
    automated: false,
    remediation: 'add them to the audit policy, secrets at the level `Metadata`, and restart kube-apiserver',
    inspect: inspectControllers(checkConfigFile(service, 'audit-policy', checkPolicyCoverage)),
  },
];

function checkPolicyRules(policy: unknown): BasicOutcome {
  const levels = toList(getField(policy, 'rules')).map((rule) => getField(rule, 'level'));
  return levels.some((level) => level !== 'None') ? 'right' : { failure: 'the audit policy writes nothing' };
}

function checkPolicyCoverage(policy: unknown): BasicOutcome {
  const unlogged = expandVerbs(requiredRequests).filter((one) => getAuditLevel(policy, one) === 'None');
  const loggedInFull = expandVerbs(sensitiveRequests).filter(
    (one) => !['None', 'Metadata'].includes(getAuditLevel(policy, one)),
  );
  const wrong = [
    ...unlogged.map(({ verb, resource }) => `\`${verb}\` of \`${resource}\` is not written down`),
    ...loggedInFull.map(({ verb, resource }) => `\`${verb}\` of \`${resource}\` is written down whole`),
  ];
  const [first] = wrong;
  const suffix = wrong.length > 1 ? `, and ${wrong.length - 1} more like it` : '';
  return first === undefined ? 'right' : { failure: `${first}${suffix}` };
}

function expandVerbs(all: typeof requiredRequests) {
  return all.flatMap(({ verbs, ...of }) => verbs.map((verb) => ({ ...of, verb })));
}
