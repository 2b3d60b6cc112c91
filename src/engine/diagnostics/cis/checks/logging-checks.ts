import { levelOf } from '../audit-level.ts';
import type { Item, Plain } from '../check.ts';
import { field, flag, list, of, onControllers, text, worst } from '../check-helpers.ts';

const service = 'kube-apiserver';

/** What each of them should leave in the log. */
const concerns = [
  { group: '', resource: 'secrets', verbs: ['get', 'list', 'create', 'update'] },
  { group: '', resource: 'pods', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'apps', resource: 'deployments', verbs: ['create', 'update', 'patch', 'delete'] },
  ...['pods/exec', 'pods/portforward', 'pods/proxy', 'services/proxy'].map((resource) => ({
    ...{ group: '', resource, verbs: ['get', 'create'] },
  })),
];

/** Whose contents are nothing for a log. */
const closed = [
  ...['secrets', 'configmaps'].map((resource) => ({ group: '', resource, verbs: ['get', 'create', 'update'] })),
  { group: 'authentication.k8s.io', resource: 'tokenreviews', verbs: ['create'] },
];

/** Audit logs. */
export const logging: readonly Item[] = [
  {
    number: '3.2.1',
    title: 'the API server writes an audit log',
    automated: false,
    remedy: 'give kube-apiserver an `--audit-policy-file` with rules, and an `--audit-log-path`',
    look: onControllers((facts) =>
      worst([
        flag(service, 'audit-policy-file', () => true)(facts),
        flag(service, 'audit-log-path', () => true)(facts),
        text(service, 'audit-policy', hasRules)(facts),
        of(service, (): Plain => {
          if (facts.auditLogBytes === undefined) return { wrong: 'there is no audit log' };
          return facts.auditLogBytes > 0 ? 'right' : { wrong: 'the audit log is empty' };
        })(facts),
      ]),
    ),
  },
  {
    number: '3.2.2',
    title: 'the audit log has secrets, changes and shells in it',
    automated: false,
    remedy: 'add them to the audit policy, secrets at the level `Metadata`, and restart kube-apiserver',
    look: onControllers(text(service, 'audit-policy', coversConcerns)),
  },
];

function hasRules(policy: unknown): Plain {
  const levels = list(field(policy, 'rules')).map((rule) => field(rule, 'level'));
  return levels.some((level) => level !== 'None') ? 'right' : { wrong: 'the audit policy writes nothing' };
}

function coversConcerns(policy: unknown): Plain {
  const unwritten = requestsOf(concerns).filter((one) => levelOf(policy, one) === 'None');
  const whole = requestsOf(closed).filter((one) => !['None', 'Metadata'].includes(levelOf(policy, one)));
  const wrong = [
    ...unwritten.map(({ verb, resource }) => `\`${verb}\` of \`${resource}\` is not written down`),
    ...whole.map(({ verb, resource }) => `\`${verb}\` of \`${resource}\` is written down whole`),
  ];
  const [first] = wrong;
  const others = wrong.length > 1 ? `, and ${wrong.length - 1} more like it` : '';
  return first === undefined ? 'right' : { wrong: `${first}${others}` };
}

function requestsOf(all: typeof concerns) {
  return all.flatMap(({ verbs, ...of }) => verbs.map((verb) => ({ ...of, verb })));
}
