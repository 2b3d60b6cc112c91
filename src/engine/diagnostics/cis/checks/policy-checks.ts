import { grantGroup } from '../../../pki/user-certificate.ts';
import type { ApiFacts, Binding } from '../api-facts.ts';
import type { Evidence, Item, Plain, Saw, Sighting } from '../check.ts';
import { type Facts, field, inApi, list, onControllers, onWorkers, text } from '../check-helpers.ts';

/** Who may do what, and what keeps pods apart. */
export const policies: readonly Item[] = [
  {
    number: '3.1.1',
    title: "people don't log in with client certificates",
    automated: false,
    remedy: 'remove that binding; `/kthw kubeconfig` gives people access that can be taken back',
    look: inApi(peopleCanBeStopped),
  },
  {
    number: '5.1.7',
    title: 'nobody is in `system:masters`',
    automated: false,
    remedy: 'remove that binding, and bind a group of your own',
    look: inApi(mastersAreTheEngines),
  },
  {
    number: '5.1.10',
    title: 'nobody gets at kubelets through the API server',
    automated: false,
    remedy: 'remove that binding, or `nodes/proxy` from its role',
    look: inApi(kubeletsAreTheServers),
  },
  {
    number: '5.2.1',
    title: 'pods are held to a standard',
    automated: false,
    remedy:
      "enforce `baseline` or more: by the defaults of kube-apiserver's `PodSecurity`, and in that namespace's label",
    look: (evidence) => [...onControllers<Saw>(holdsPods)(evidence), ...namespacesHoldPods(evidence)],
  },
  {
    number: '5.3.1',
    title: "the pods' network enforces policies",
    automated: false,
    remedy: 'install a network plug-in that knows NetworkPolicy',
    look: onWorkers<Saw>((facts) => {
      if (facts.networks.length === 0) return { wrong: 'no network plug-in is configured' };
      return enforces(facts) ? 'right' : { excepted: "the tutorial's bridge enforces no NetworkPolicy" };
    }),
  },
  {
    number: '5.3.2',
    title: 'each namespace has a network policy',
    automated: false,
    remedy: 'write one for each namespace; where the network enforces none, remove it: it protects nobody',
    look: (evidence) => inApi((api) => policiesAre(api, evidence))(evidence),
  },
];

const ownRole = { binding: 'system:kube-apiserver', role: 'system:kube-apiserver-to-kubelet' };

function peopleCanBeStopped({ bindings }: ApiFacts): Saw {
  const wrong = bindings.find(({ subjects }) => subjects.some(isForGood));
  if (wrong) return { wrong: `\`${wrong.name}\` gives rights to a name, which a certificate has until it ends` };
  return {
    excepted:
      'people have certificates that end, after a day where nobody asked for more; each hangs on a binding of its own, which `/kthw revoke` removes',
  };
}

/** A name or a group that a certificate can say, and that is not for this one certificate. */
function isForGood({ kind, name }: Binding['subjects'][number]): boolean {
  if (kind === 'ServiceAccount' || name.startsWith('system:') || name === 'kubernetes') return false;
  return !name.startsWith(grantGroup(''));
}

function mastersAreTheEngines({ bindings }: ApiFacts): Saw {
  const wrong = bindings.find(
    ({ name, subjects }) => name !== 'cluster-admin' && subjects.some((one) => one.name === 'system:masters'),
  );
  if (wrong) return { wrong: `\`${wrong.name}\` is bound to it as well` };
  return {
    excepted:
      "the engine's own certificate is: it binds all others and mends their rights. It rests in the vault; no kubeconfig that is given out has it",
  };
}

function kubeletsAreTheServers({ bindings, nodeProxyRoles }: ApiFacts): Saw {
  const bound = bindings.filter(({ role, subjects }) => nodeProxyRoles.includes(role) && subjects.length > 0);
  const wrong = bound.find(
    ({ name, role, subjects }) =>
      name !== ownRole.binding || role !== ownRole.role || subjects.some((one) => one.name !== 'kubernetes'),
  );
  if (wrong)
    return {
      wrong: `\`${wrong.name}\` gives \`${wrong.role}\` to ${wrong.subjects.map(({ name }) => name).join(', ')}`,
    };
  return bound.length === 0
    ? 'right'
    : { excepted: 'the API server alone may: logs, `exec` and `port-forward` go that way' };
}

function holdsPods(facts: Facts, minor: number): Saw {
  if (minor < 23) return { excepted: 'Pod Security admission came with 1.23' };
  return text('kube-apiserver', 'admission', (content, { flags }): Plain => {
    if (flags.get('disable-admission-plugins')?.split(',').includes('PodSecurity'))
      return { wrong: '`PodSecurity` is switched off' };
    const own = list(field(content, 'plugins')).find((one) => field(one, 'name') === 'PodSecurity');
    const level = field(own, 'configuration', 'defaults', 'enforce');
    return isHeld(level) ? 'right' : { wrong: `\`PodSecurity\` enforces \`${level ?? 'privileged'}\` by default` };
  })(facts);
}

/** A label says more than the default. */
function namespacesHoldPods({ api, minor }: Evidence): Sighting[] {
  if (minor < 23) return [];
  if ('unseen' in api) return [{ saw: api }];
  const free = api.namespaces.filter(({ name, labels }) => {
    const level = labels['pod-security.kubernetes.io/enforce'];
    return !name.startsWith('kube-') && level !== undefined && !isHeld(level);
  });
  return free.map(({ name }) => ({ saw: { wrong: `the namespace \`${name}\` allows pods everything` } }));
}

function isHeld(level: unknown): boolean {
  return level === 'baseline' || level === 'restricted';
}

/** Of plug-ins that know NetworkPolicy, the names in configurations of pods' networks. */
const enforcing: ReadonlySet<string> = new Set([
  'calico',
  'cilium-cni',
  'antrea',
  'kube-router',
  'weave-net',
  'ovn-k8s-cni-overlay',
]);

function enforces({ networks }: Facts): boolean {
  return networks.some((type) => enforcing.has(type));
}

function policiesAre({ namespaces, networkPolicies }: ApiFacts, { machines }: Evidence): Saw {
  const workers = machines.flatMap(({ role, facts }) => (role === 'worker' && !('unseen' in facts) ? [facts] : []));
  if (workers.length === 0) return { unseen: 'no worker could be asked for its network' };
  if (!workers.every(enforces)) {
    const [vain] = networkPolicies;
    return vain
      ? { wrong: `\`${vain.name}\` in the namespace \`${vain.namespace}\` is enforced by nobody` }
      : { excepted: "the tutorial's bridge enforces none, and one that is there would only look like protection" };
  }
  const bare = namespaces.find(
    ({ name }) => !name.startsWith('kube-') && networkPolicies.every(({ namespace }) => namespace !== name),
  );
  return bare ? { wrong: `the namespace \`${bare.name}\` has none` } : 'right';
}
