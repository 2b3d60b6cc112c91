import { getGrantGroup } from '../../../pki/user-certificate.ts';
import type { ApiFacts, RoleBinding } from '../api-facts.ts';
import type { BasicOutcome, Check, Finding, Outcome, ScanInput } from '../check.ts';
import { checkConfigFile } from '../check-process.ts';
import { getField, toList } from '../get-field.ts';
import type { HostFacts } from '../host-facts.ts';
import { inspectApi } from '../inspect-api.ts';
import { inspectControllers, inspectWorkers } from '../inspect-controllers.ts';

/** Checks of RBAC, Pod Security and network policies. */
export const policyChecks: readonly Check[] = [
  {
    number: '3.1.1',
    title: 'no client certificate authentication for users',
    automated: false,
    remediation: 'delete the binding; `/kthw kubeconfig` issues revocable access',
    inspect: inspectApi(checkClientCertificates),
  },
  {
    number: '5.1.1',
    title: '`cluster-admin` only where required',
    automated: false,
    remediation: 'delete the binding and bind a smaller role; `/kthw kubeconfig` issues revocable access',
    inspect: inspectApi(checkClusterAdmins),
  },
  {
    number: '5.1.3',
    title: 'no wildcards in roles',
    automated: false,
    remediation: 'list the API groups, resources and verbs of the role',
    inspect: inspectApi(checkWildcards),
  },
  {
    number: '5.1.5',
    title: 'default service accounts not used',
    automated: false,
    remediation: 'bind a service account of the workload, and set `automountServiceAccountToken: false` on `default`',
    inspect: inspectApi(checkDefaultAccounts),
  },
  {
    number: '5.1.7',
    title: '`system:masters` not in use',
    automated: false,
    remediation: 'delete the binding and bind a different group',
    inspect: inspectApi(checkSystemMasters),
  },
  {
    number: '5.1.10',
    title: 'minimal access to `nodes/proxy`',
    automated: false,
    remediation: 'delete the binding, or remove `nodes/proxy` from its role',
    inspect: inspectApi(checkNodeProxyAccess),
  },
  {
    number: '5.2.1',
    title: 'Pod Security Standards enforced',
    automated: false,
    remediation:
      'enforce at least `baseline` in the defaults of the `PodSecurity` admission plugin and in namespace labels',
    inspect: (input) => [
      ...inspectControllers<Outcome>(checkPodSecurityDefault)(input),
      ...inspectNamespacePodSecurity(input),
    ],
  },
  {
    number: '5.3.1',
    title: 'CNI plugin supports NetworkPolicy',
    automated: false,
    remediation: 'install a CNI plugin that supports NetworkPolicy',
    inspect: inspectWorkers<Outcome>((facts) => {
      if (facts.cniPlugins.length === 0) return { failure: 'no CNI plugin is configured' };
      return hasNetworkPolicySupport(facts)
        ? 'pass'
        : { waived: "the tutorial's bridge plugin does not enforce NetworkPolicy" };
    }),
  },
  {
    number: '5.3.2',
    title: 'NetworkPolicy in every namespace',
    automated: false,
    remediation: 'add a NetworkPolicy to the namespace; delete it if the CNI plugin does not enforce it',
    inspect: (input) => inspectApi((api) => checkNetworkPolicies(api, input))(input),
  },
];

const kubeletAccessRole = { binding: 'system:kube-apiserver', role: 'system:kube-apiserver-to-kubelet' };

function checkClientCertificates({ bindings }: ApiFacts): Outcome {
  const offender = bindings.find(({ subjects }) => subjects.some(isPermanentSubject));
  if (offender) return { failure: `\`${offender.name}\` binds a name that certificates keep until they expire` };
  return {
    waived:
      'user certificates expire, after 24 h by default; each depends on its own binding, which `/kthw revoke` deletes',
  };
}

/** Whether the subject is a certificate's name or group that is not specific to one certificate. */
function isPermanentSubject({ kind, name }: RoleBinding['subjects'][number]): boolean {
  if (kind === 'ServiceAccount' || name.startsWith('system:') || name === 'kubernetes') return false;
  return !name.startsWith(getGrantGroup(''));
}

/** As kube-bench: any cluster role binding to `cluster-admin` besides the one of the same name. */
function checkClusterAdmins({ bindings }: ApiFacts): Outcome {
  const admins = bindings.filter(
    ({ name, namespace, role }) => namespace === '' && role === 'cluster-admin' && name !== 'cluster-admin',
  );
  const offender = admins.find(({ name }) => !name.startsWith(getGrantGroup('')));
  if (offender) return { failure: `\`${offender.name}\` binds it too` };
  return admins.length === 0
    ? 'pass'
    : { waived: 'each issued kubeconfig with the role has its own binding, which `/kthw revoke` deletes' };
}

function checkWildcards({ wildcardRoles }: ApiFacts): Outcome {
  // The tutorial gives this role the label of Kubernetes' own roles.
  const offender = wildcardRoles.find(({ name, isBuiltIn }) => !isBuiltIn || name === kubeletAccessRole.role);
  if (offender) return { failure: `\`${offender.name}\` has a rule with \`*\`` };
  return wildcardRoles.length === 0
    ? 'pass'
    : { waived: "only Kubernetes' own roles, such as `cluster-admin`, use wildcards" };
}

function checkDefaultAccounts({ bindings, defaultAccounts }: ApiFacts): Outcome {
  const offender = bindings.find(({ subjects }) =>
    subjects.some(({ kind, name }) => kind === 'ServiceAccount' && name === 'default'),
  );
  if (offender) return { failure: `\`${offender.name}\` grants \`${offender.role}\` to \`default\`` };
  return defaultAccounts.some(({ mountsToken }) => mountsToken)
    ? { waived: 'pods get their tokens, as Kubernetes mounts them; no role is bound to these accounts' }
    : 'pass';
}

function checkSystemMasters({ bindings }: ApiFacts): Outcome {
  const offender = bindings.find(
    ({ name, subjects }) => name !== 'cluster-admin' && subjects.some((subject) => subject.name === 'system:masters'),
  );
  if (offender) return { failure: `\`${offender.name}\` binds it too` };
  return {
    waived:
      "only kthw's own certificate uses it, to manage the bindings of all others; it stays in the vault and in no issued kubeconfig",
  };
}

function checkNodeProxyAccess({ bindings, nodeProxyRoles }: ApiFacts): Outcome {
  const bound = bindings.filter(({ role, subjects }) => nodeProxyRoles.includes(role) && subjects.length > 0);
  const offender = bound.find(
    ({ name, role, subjects }) =>
      name !== kubeletAccessRole.binding ||
      role !== kubeletAccessRole.role ||
      subjects.some((subject) => subject.name !== 'kubernetes'),
  );
  if (offender)
    return {
      failure: `\`${offender.name}\` grants \`${offender.role}\` to ${offender.subjects.map(({ name }) => name).join(', ')}`,
    };
  return bound.length === 0
    ? 'pass'
    : { waived: 'only the API server has access, for logs, `exec` and `port-forward`' };
}

function checkPodSecurityDefault(facts: HostFacts, minor: number): Outcome {
  if (minor < 23) return { waived: 'Pod Security admission requires Kubernetes 1.23' };
  return checkConfigFile('kube-apiserver', 'admission', (content, { flags }): BasicOutcome => {
    if (flags.get('disable-admission-plugins')?.split(',').includes('PodSecurity'))
      return { failure: '`PodSecurity` is disabled' };
    const pluginConfig = toList(getField(content, 'plugins')).find(
      (plugin) => getField(plugin, 'name') === 'PodSecurity',
    );
    const level = getField(pluginConfig, 'configuration', 'defaults', 'enforce');
    return isRestrictiveLevel(level)
      ? 'pass'
      : { failure: `\`PodSecurity\` enforces \`${level ?? 'privileged'}\` by default` };
  })(facts);
}

/** Namespace labels override the default. */
function inspectNamespacePodSecurity({ api, minor }: ScanInput): Finding[] {
  if (minor < 23) return [];
  if ('unknown' in api) return [{ actual: api }];
  const unrestricted = api.namespaces.filter(({ name, labels }) => {
    const level = labels['pod-security.kubernetes.io/enforce'];
    return !name.startsWith('kube-') && level !== undefined && !isRestrictiveLevel(level);
  });
  return unrestricted.map(({ name }) => ({
    actual: { failure: `namespace \`${name}\` enforces no restrictive level` },
  }));
}

function isRestrictiveLevel(level: unknown): boolean {
  return level === 'baseline' || level === 'restricted';
}

/** CNI plugin types that enforce NetworkPolicy. */
const networkPolicyPlugins: ReadonlySet<string> = new Set([
  'calico',
  'cilium-cni',
  'antrea',
  'kube-router',
  'weave-net',
  'ovn-k8s-cni-overlay',
]);

function hasNetworkPolicySupport({ cniPlugins }: HostFacts): boolean {
  return cniPlugins.some((type) => networkPolicyPlugins.has(type));
}

function checkNetworkPolicies({ namespaces, networkPolicies }: ApiFacts, { instances }: ScanInput): Outcome {
  const workers = instances.flatMap(({ role, facts }) => (role === 'worker' && !('unknown' in facts) ? [facts] : []));
  if (workers.length === 0) return { unknown: 'no worker could be checked for its CNI plugin' };
  if (!workers.every(hasNetworkPolicySupport)) {
    const [unenforced] = networkPolicies;
    return unenforced
      ? { failure: `\`${unenforced.name}\` in namespace \`${unenforced.namespace}\` is not enforced` }
      : { waived: "the tutorial's bridge plugin would not enforce it, so a policy would give false assurance" };
  }
  const unprotected = namespaces.find(
    ({ name }) => !name.startsWith('kube-') && networkPolicies.every(({ namespace }) => namespace !== name),
  );
  return unprotected ? { failure: `namespace \`${unprotected.name}\` has none` } : 'pass';
}
