import { levelOf } from '../audit-level.ts';
import type { Item, Plain } from '../item.ts';
import { field, flag, list, of, onControllers, text, worst } from '../looks.ts';

const service = 'kube-apiserver';

/** What each of them should leave in the log, and at most: more would write down what is secret. */
const concerns = [
  ...['secrets', 'configmaps'].map((resource) => ({
    group: '',
    resource,
    verbs: ['get', 'create', 'update'],
    most: 'Metadata',
  })),
  { group: 'authentication.k8s.io', resource: 'tokenreviews', verbs: ['create'], most: 'Metadata' },
  { group: '', resource: 'pods', verbs: ['create', 'update', 'patch', 'delete'] },
  { group: 'apps', resource: 'deployments', verbs: ['create', 'update', 'patch', 'delete'] },
  ...['pods/exec', 'pods/portforward', 'pods/proxy', 'services/proxy'].map((resource) => ({
    ...{ group: '', resource, verbs: ['get', 'create'] },
  })),
] as const;

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
  const wrong = concerns.flatMap((concern) =>
    concern.verbs.flatMap((verb) => {
      const { group, resource } = concern;
      const level = levelOf(policy, { group, resource, verb });
      if (level === 'None') return [`\`${verb}\` of \`${resource}\` is not written down`];
      return 'most' in concern && level !== concern.most
        ? [`\`${verb}\` of \`${resource}\` is written down whole`]
        : [];
    }),
  );
  const [first] = wrong;
  const others = wrong.length > 1 ? `, and ${wrong.length - 1} more like it` : '';
  return first === undefined ? 'right' : { wrong: `${first}${others}` };
}
