import { getGrantGroup } from '../../../pki/user-certificate.ts';
import type { ApiFacts, RoleBinding } from '../api-facts.ts';
import type { BasicOutcome, Check, Finding, Outcome, ScanInput } from '../check.ts';
import {
  checkConfigFile,
  type Facts,
  getField,
  inspectApi,
  inspectControllers,
  inspectWorkers,
  toList,
} from '../check-helpers.ts';

/** Who may do what, and what keeps pods apart. */
export const policyChecks: readonly Check[] = [
  {
    number: '3.1.1',
    title: "people don't log in with client certificates",
    automated: false,
    remediation: 'remove that binding; `/kthw kubeconfig` gives people access that can be taken back',
    inspect: inspectApi(checkClientCertificates),
  },
  {
    number: '5.1.7',
    title: 'nobody is in `system:masters`',
    automated: false,
    remediation: 'remove that binding, and bind a group of your own',
    inspect: inspectApi(checkSystemMasters),
  },
  {
    number: '5.1.10',
    title: 'nobody gets at kubelets through the API server',
    automated: false,
    remediation: 'remove that binding, or `nodes/proxy` from its role',
    inspect: inspectApi(checkNodeProxyAccess),
  },
  {
    number: '5.2.1',
    title: 'pods are held to a standard',
    automated: false,
    remediation:
      "enforce `baseline` or more: by the defaults of kube-apiserver's `PodSecurity`, and in that namespace's label",
    inspect: (input) => [
      ...inspectControllers<Outcome>(checkPodSecurityDefault)(input),
      ...inspectNamespacePodSecurity(input),
    ],
  },
  {
    number: '5.3.1',
    title: "the pods' network enforces policies",
    automated: false,
    remediation: 'install a network plug-in that knows NetworkPolicy',
    inspect: inspectWorkers<Outcome>((facts) => {
      if (facts.cniPlugins.length === 0) return { failure: 'no network plug-in is configured' };
      return hasNetworkPolicySupport(facts) ? 'right' : { waived: "the tutorial's bridge enforces no NetworkPolicy" };
    }),
  },
  {
    number: '5.3.2',
    title: 'each namespace has a network policy',
    automated: false,
    remediation: 'write one for each namespace; where the network enforces none, remove it: it protects nobody',
    inspect: (input) => inspectApi((api) => checkNetworkPolicies(api, input))(input),
  },
];

const kubeletAccessRole = { binding: 'system:kube-apiserver', role: 'system:kube-apiserver-to-kubelet' };

function checkClientCertificates({ bindings }: ApiFacts): Outcome {
  const wrong = bindings.find(({ subjects }) => subjects.some(isPermanentSubject));
  if (wrong) return { failure: `\`${wrong.name}\` gives rights to a name, which a certificate has until it ends` };
  return {
    waived:
      'people have certificates that end, after a day where nobody asked for more; each hangs on a binding of its own, which `/kthw revoke` removes',
  };
}

/** A name or a group that a certificate can say, and that is not for this one certificate. */
function isPermanentSubject({ kind, name }: RoleBinding['subjects'][number]): boolean {
  if (kind === 'ServiceAccount' || name.startsWith('system:') || name === 'kubernetes') return false;
  return !name.startsWith(getGrantGroup(''));
}

function checkSystemMasters({ bindings }: ApiFacts): Outcome {
  const wrong = bindings.find(
    ({ name, subjects }) => name !== 'cluster-admin' && subjects.some((one) => one.name === 'system:masters'),
  );
  if (wrong) return { failure: `\`${wrong.name}\` is bound to it as well` };
  return {
    waived:
      "the engine's own certificate is: it binds all others and mends their rights. It rests in the vault; no kubeconfig that is given out has it",
  };
}

function checkNodeProxyAccess({ bindings, nodeProxyRoles }: ApiFacts): Outcome {
  const bound = bindings.filter(({ role, subjects }) => nodeProxyRoles.includes(role) && subjects.length > 0);
  const wrong = bound.find(
    ({ name, role, subjects }) =>
      name !== kubeletAccessRole.binding ||
      role !== kubeletAccessRole.role ||
      subjects.some((one) => one.name !== 'kubernetes'),
  );
  if (wrong)
    return {
      failure: `\`${wrong.name}\` gives \`${wrong.role}\` to ${wrong.subjects.map(({ name }) => name).join(', ')}`,
    };
  return bound.length === 0
    ? 'right'
    : { waived: 'the API server alone may: logs, `exec` and `port-forward` go that way' };
}

function checkPodSecurityDefault(facts: Facts, minor: number): Outcome {
  if (minor < 23) return { waived: 'Pod Security admission came with 1.23' };
  return checkConfigFile('kube-apiserver', 'admission', (content, { flags }): BasicOutcome => {
    if (flags.get('disable-admission-plugins')?.split(',').includes('PodSecurity'))
      return { failure: '`PodSecurity` is switched off' };
    const pluginConfig = toList(getField(content, 'plugins')).find((one) => getField(one, 'name') === 'PodSecurity');
    const level = getField(pluginConfig, 'configuration', 'defaults', 'enforce');
    return isRestrictiveLevel(level)
      ? 'right'
      : { failure: `\`PodSecurity\` enforces \`${level ?? 'privileged'}\` by default` };
  })(facts);
}

/** A label says more than the default. */
function inspectNamespacePodSecurity({ api, minor }: ScanInput): Finding[] {
  if (minor < 23) return [];
  if ('unknown' in api) return [{ actual: api }];
  const unrestricted = api.namespaces.filter(({ name, labels }) => {
    const level = labels['pod-security.kubernetes.io/enforce'];
    return !name.startsWith('kube-') && level !== undefined && !isRestrictiveLevel(level);
  });
  return unrestricted.map(({ name }) => ({ actual: { failure: `the namespace \`${name}\` allows pods everything` } }));
}

function isRestrictiveLevel(level: unknown): boolean {
  return level === 'baseline' || level === 'restricted';
}

/** Of plug-ins that know NetworkPolicy, the names in configurations of pods' networks. */
const networkPolicyPlugins: ReadonlySet<string> = new Set([
  'calico',
  'cilium-cni',
  'antrea',
  'kube-router',
  'weave-net',
  'ovn-k8s-cni-overlay',
]);

function hasNetworkPolicySupport({ cniPlugins }: Facts): boolean {
  return cniPlugins.some((type) => networkPolicyPlugins.has(type));
}

function checkNetworkPolicies({ namespaces, networkPolicies }: ApiFacts, { instances }: ScanInput): Outcome {
  const workers = instances.flatMap(({ role, facts }) => (role === 'worker' && !('unknown' in facts) ? [facts] : []));
  if (workers.length === 0) return { unknown: 'no worker could be asked for its network' };
  if (!workers.every(hasNetworkPolicySupport)) {
    const [unenforced] = networkPolicies;
    return unenforced
      ? { failure: `\`${unenforced.name}\` in the namespace \`${unenforced.namespace}\` is enforced by nobody` }
      : { waived: "the tutorial's bridge enforces none, and one that is there would only look like protection" };
  }
  const unprotected = namespaces.find(
    ({ name }) => !name.startsWith('kube-') && networkPolicies.every(({ namespace }) => namespace !== name),
  );
  return unprotected ? { failure: `the namespace \`${unprotected.name}\` has none` } : 'right';
}
