import type { Instance } from '../../../src/engine/cluster/cluster.ts';
import type { ApiFacts } from '../../../src/engine/diagnostics/cis/api-facts.ts';
import type { ScanInput } from '../../../src/engine/diagnostics/cis/check.ts';
import type { ComputeFacts } from '../../../src/engine/diagnostics/cis/compute-facts.ts';
import { parseHostFacts } from '../../../src/engine/diagnostics/cis/parse-host-facts.ts';

/** Raw facts of hosts and APIs, for tests that change one at a time. */
export interface SampleScan {
  readonly controller: string;
  readonly worker: string;
  readonly api: ApiFacts;
  readonly compute: ComputeFacts;
  readonly minor: number;
}

const ciphers = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256';
const kubeletCiphers = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384';

const controller = `process etcd etcd 1000
flag etcd --data-dir=/var/lib/etcd
flag etcd --trusted-ca-file=/etc/etcd/ca.pem
process kube-apiserver kube-apiserver 1000
flag kube-apiserver --admission-control-config-file=/etc/kubernetes/config/admission.yaml
flag kube-apiserver --anonymous-auth=false
flag kube-apiserver --audit-log-maxbackup=10
flag kube-apiserver --audit-log-path=/var/log/kube-apiserver/audit.log
flag kube-apiserver --audit-policy-file=/etc/kubernetes/config/audit-policy.yaml
flag kube-apiserver --enable-admission-plugins=NodeRestriction,EventRateLimit,DenyServiceExternalIPs
flag kube-apiserver --profiling=false
flag kube-apiserver --service-account-extend-token-expiration=false
flag kube-apiserver --tls-cipher-suites=${ciphers}
process kube-controller-manager kube-controller-manager 1000
flag kube-controller-manager --bind-address=127.0.0.1
flag kube-controller-manager --cluster-signing-key-file=/run/kube-controller-manager/ca-key.pem
flag kube-controller-manager --profiling=false
flag kube-controller-manager --terminated-pod-gc-threshold=1000
process kube-scheduler kube-scheduler 1000
flag kube-scheduler --config=/etc/kubernetes/config/kube-scheduler.yaml
flag kube-scheduler --profiling=false
file 700 etcd:etcd /var/lib/etcd
file 755 root:root /etc/etcd
file 644 root:root /etc/etcd/ca.pem
file 755 root:root /var/lib/kubernetes
file 600 root:root /var/lib/kubernetes/ca-key.pem
file 600 root:root /var/lib/kubernetes/kube-scheduler.kubeconfig
file 600 root:root /var/lib/kubernetes/kube-controller-manager.kubeconfig
file 400 kube-scheduler:root /run/kube-scheduler/kube-scheduler.kubeconfig
file 400 kube-controller-manager:root /run/kube-controller-manager/ca-key.pem
text scheduler 900 /etc/kubernetes/config/kube-scheduler.yaml
line scheduler enableProfiling: false
text admission 900 /etc/kubernetes/config/admission.yaml
line admission plugins:
line admission   - name: EventRateLimit
line admission   - name: PodSecurity
line admission     configuration:
line admission       defaults:
line admission         enforce: baseline
text audit-policy 900 /etc/kubernetes/config/audit-policy.yaml
line audit-policy rules:
line audit-policy   - level: None
line audit-policy     resources: [{ group: coordination.k8s.io, resources: [leases] }]
line audit-policy   - level: Metadata
line audit-policy     verbs: [create, update, patch, delete]
line audit-policy   - level: Metadata
line audit-policy     resources:
line audit-policy       - group: ""
line audit-policy         resources: [secrets, pods/exec, pods/portforward, pods/proxy, services/proxy]
audit-log 4096
provider secretbox
provider identity
key c1a57e0000000001 /var/lib/kubernetes/ca-key.pem
key c1a57e0000000001 /run/kube-controller-manager/ca-key.pem
key 5e21000000000000 /var/lib/kubernetes/kubernetes-key.pem
authority etcd trusted-ca-file e7cd000000000002
authority etcd peer-trusted-ca-file e7cd000000000002
authority kube-apiserver client-ca-file c1a57e0000000001
authority kube-controller-manager cluster-signing-cert-file c1a57e0000000001
`;

const worker = `process kubelet root 1000
flag kubelet --config=/var/lib/kubelet/kubelet-config.yaml
flag kubelet --hostname-override=demo-worker-0
flag kubelet --kubeconfig=/var/lib/kubelet/kubeconfig
file 600 root:root /etc/systemd/system/kubelet.service
file 600 root:root /var/lib/kubelet/kubelet-config.yaml
file 600 root:root /var/lib/kubelet/kubeconfig
file 600 root:root /var/lib/kube-proxy/kubeconfig
file 644 root:root /var/lib/kubernetes/ca.pem
text kubelet 1000 /var/lib/kubelet/kubelet-config.yaml
line kubelet authentication:
line kubelet   x509:
line kubelet     clientCAFile: /var/lib/kubernetes/ca.pem
line kubelet eventRecordQPS: 50
line kubelet podPidsLimit: 4096
line kubelet seccompDefault: true
line kubelet tlsCertFile: /var/lib/kubelet/demo-worker-0.pem
line kubelet tlsCipherSuites: [${kubeletCiphers}]
network bridge
network host-local
network loopback
metadata-firewall active
`;

const api: ApiFacts = {
  bindings: [
    {
      name: 'cluster-admin',
      namespace: '',
      role: 'cluster-admin',
      subjects: [{ kind: 'Group', name: 'system:masters' }],
    },
    {
      name: 'kthw:grant:0123456789ab',
      namespace: '',
      role: 'cluster-admin',
      subjects: [{ kind: 'Group', name: 'kthw:grant:0123456789ab' }],
    },
    {
      name: 'system:kube-apiserver',
      namespace: '',
      role: 'system:kube-apiserver-to-kubelet',
      subjects: [{ kind: 'User', name: 'kubernetes' }],
    },
    {
      name: 'system:coredns',
      namespace: '',
      role: 'system:coredns',
      subjects: [{ kind: 'ServiceAccount', name: 'coredns' }],
    },
  ],
  wildcardRoles: ['cluster-admin', 'system:controller:namespace-controller'].map((name) => ({ name, isBuiltIn: true })),
  defaultAccounts: ['default', 'kube-system'].map((namespace) => ({ namespace, mountsToken: true })),
  nodeProxyRoles: ['system:kube-apiserver-to-kubelet', 'system:kubelet-api-admin'],
  namespaces: [
    { name: 'default', labels: {} },
    { name: 'kube-system', labels: {} },
  ],
  networkPolicies: [],
};

const compute: ComputeFacts = {
  instances: ['demo-controller-0', 'demo-worker-0'].map((name) => ({
    ...{ name, hasSshKey: false, blocksProjectSshKeys: true, disablesOsLogin: true },
    serviceAccounts: [],
  })),
  sshRules: [],
};

/** A cluster as kthw makes it. */
export const hardenedScan: SampleScan = { controller, worker, api, compute, minor: 36 };

/** As somebody has it who followed the tutorial to its letter: its flags, and files that belong to whoever copied them. */
export const tutorialScan: SampleScan = {
  controller: `process etcd root 1000
flag etcd --data-dir=/var/lib/etcd
process kube-apiserver root 1000
flag kube-apiserver --audit-log-maxbackup=3
flag kube-apiserver --audit-log-path=/var/log/audit.log
flag kube-apiserver --enable-admission-plugins=NamespaceLifecycle,NodeRestriction,LimitRanger,ServiceAccount
process kube-controller-manager root 1000
flag kube-controller-manager --bind-address=0.0.0.0
flag kube-controller-manager --cluster-signing-key-file=/var/lib/kubernetes/ca-key.pem
process kube-scheduler root 1000
flag kube-scheduler --config=/etc/kubernetes/config/kube-scheduler.yaml
file 700 root:root /var/lib/etcd
file 755 root:root /etc/etcd
file 644 kthw:kthw /etc/etcd/ca.pem
file 755 root:root /var/lib/kubernetes
file 600 kthw:kthw /var/lib/kubernetes/ca-key.pem
file 600 kthw:kthw /var/lib/kubernetes/kube-scheduler.kubeconfig
file 600 kthw:kthw /var/lib/kubernetes/kube-controller-manager.kubeconfig
file 600 kthw:kthw /home/kthw/admin.kubeconfig
text scheduler 900 /etc/kubernetes/config/kube-scheduler.yaml
line scheduler leaderElection:
line scheduler   leaderElect: true
audit-log 0
provider aescbc
provider identity
key c1a57e0000000001 /var/lib/kubernetes/ca-key.pem
key c1a57e0000000001 /home/kthw/ca-key.pem
authority etcd trusted-ca-file c1a57e0000000001
authority etcd peer-trusted-ca-file c1a57e0000000001
authority kube-apiserver client-ca-file c1a57e0000000001
authority kube-controller-manager cluster-signing-cert-file c1a57e0000000001
`,
  worker: `process kubelet root 1000
flag kubelet --config=/var/lib/kubelet/kubelet-config.yaml
flag kubelet --kubeconfig=/var/lib/kubelet/kubeconfig
file 644 root:root /etc/systemd/system/kubelet.service
file 644 root:root /var/lib/kubelet/kubelet-config.yaml
file 600 kthw:kthw /var/lib/kubelet/kubeconfig
file 600 kthw:kthw /var/lib/kube-proxy/kubeconfig
file 644 kthw:kthw /var/lib/kubernetes/ca.pem
text kubelet 1000 /var/lib/kubelet/kubelet-config.yaml
line kubelet authentication:
line kubelet   x509:
line kubelet     clientCAFile: /var/lib/kubernetes/ca.pem
line kubelet tlsCertFile: /var/lib/kubelet/demo-worker-0.pem
network bridge
`,
  api,
  compute: {
    instances: compute.instances.map(({ name }) => ({
      ...{ name, hasSshKey: true, blocksProjectSshKeys: false, disablesOsLogin: false },
      serviceAccounts: ['123456-compute@developer.gserviceaccount.com'],
    })),
    sshRules: [{ name: 'demo-allow-external', sourceRanges: ['0.0.0.0/0'] }],
  },
  minor: 36,
};

/** @param machines @default one control plane node and one worker node */
export function createScanInput(
  { controller, worker, api, compute, minor }: SampleScan,
  machines = defaultInstances,
): ScanInput {
  const parsedFacts = { controller: parseHostFacts(controller), worker: parseHostFacts(worker) };
  return {
    instances: machines.map(({ name, role }) => ({ name, role, facts: parsedFacts[role] })),
    api,
    compute,
    minor,
    busy: false,
  };
}

const defaultInstances: readonly Pick<Instance, 'name' | 'role'>[] = [
  { name: 'demo-controller-0', role: 'controller' },
  { name: 'demo-worker-0', role: 'worker' },
];
