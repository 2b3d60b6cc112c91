import { describe, expect, test } from 'vitest';
import {
  createScanInput,
  hardenedScan,
  type SampleScan,
  tutorialScan,
} from '../../../../local/gallery/samples/sample-scan.ts';
import type { CheckResult } from '../../../../src/engine/diagnostics/cis/check.ts';
import { checks } from '../../../../src/engine/diagnostics/cis/checks.ts';
import { evaluateChecks } from '../../../../src/engine/diagnostics/cis/evaluate-checks.ts';

/** Checks that the tutorial's cluster or kthw's fails, by number in `cis-1.12`; the benchmark calls them automated or manual. */
const automated = [
  ...['1.1.12', '1.1.14', '1.1.16', '1.1.18', '1.1.19', '1.2.15', '1.3.2', '1.4.1', '1.2.18', '1.2.30', '1.3.7'],
  ...['4.1.1', '4.1.9', '4.1.6'],
];
const manual = [
  ...['1.2.1', '1.2.3', '1.2.9', '1.2.11', '1.2.29', '1.3.1', '2.7', '3.1.1', '3.2.1', '3.2.2', '4.1.4', '4.1.8'],
  ...[
    '4.2.7',
    '4.2.8',
    '4.2.11',
    '4.2.12',
    '4.2.13',
    '4.2.14',
    '5.1.1',
    '5.1.3',
    '5.1.5',
    '5.1.7',
    '5.1.10',
    '5.2.1',
    '5.3.1',
    '5.3.2',
  ],
];
/** The benchmark accepts the default, and a negative value fails. */
const passedByTutorial = '4.2.8';
/** Waived on every version. */
const waivedChecks = [
  '1.2.11',
  '3.1.1',
  '4.2.7',
  '4.2.11',
  '5.1.1',
  '5.1.3',
  '5.1.5',
  '5.1.7',
  '5.1.10',
  '5.3.1',
  '5.3.2',
];

function nameOf({ number, title }: Pick<CheckResult, 'number' | 'title'>): string {
  return number ?? title;
}

function named(scan: SampleScan, status: CheckResult['status']): string[] {
  return evaluateChecks(createScanInput(scan))
    .filter((one) => one.status === status)
    .map(nameOf);
}

describe('checks', () => {
  test('cover what the tutorial and kthw fail, by number', () => {
    const numbers = (isAutomated: boolean) =>
      checks.filter((one) => one.automated === isAutomated).flatMap(({ number }) => number ?? []);
    expect(numbers(true).sort()).toEqual(automated.toSorted());
    expect(numbers(false).sort()).toEqual(manual.toSorted());
  });

  test('have unique titles', () => {
    expect(new Set(checks.map(({ title }) => title)).size).toBe(checks.length);
  });
});

describe('a kthw cluster', () => {
  test('passes all checks that are not waived', () => {
    expect(named(hardenedScan, 'fail')).toEqual([]);
    expect(named(hardenedScan, 'unknown')).toEqual([]);
    expect(named(hardenedScan, 'waived').sort()).toEqual(waivedChecks.toSorted());
  });

  test.each([
    [20, ['1.2.3', '4.2.14', '5.2.1']],
    [21, ['4.2.14', '5.2.1']],
    [22, ['4.2.14', '5.2.1']],
    [23, ['4.2.14']],
    [24, ['4.2.14']],
    [25, []],
  ])('of Kubernetes 1.%d also waives checks that it does not support: %j', (minor, more) => {
    const old = {
      ...hardenedScan,
      minor,
      controller: without(
        hardenedScan.controller,
        minor < 21 ? ',DenyServiceExternalIPs' : '',
        minor < 23 ? /PodSecurity/ : '',
      ),
      worker: without(hardenedScan.worker, minor < 25 ? 'line kubelet seccompDefault: true\n' : ''),
    };
    expect(named(old, 'fail')).toEqual([]);
    expect(named(old, 'waived').sort()).toEqual([...waivedChecks, ...more].sort());
  });
});

describe("the tutorial's cluster", () => {
  test('fails all checks that are not waived on every version', () => {
    expect(named(tutorialScan, 'fail').sort()).toEqual(
      checks
        .map(nameOf)
        .filter((name) => !waivedChecks.includes(name) && name !== passedByTutorial)
        .sort(),
    );
  });

  test('gets findings by instance and a remediation', () => {
    const found = evaluateChecks(createScanInput(tutorialScan)).find(({ number }) => number === '1.2.18');
    expect(found).toMatchObject({
      status: 'fail',
      details: [{ instances: ['demo-controller-0'], text: '`--audit-log-maxbackup` is `3`' }],
      remediation: expect.stringContaining('--audit-log-maxbackup=10'),
    });
  });
});

/** A hardened scan with one fact changed. */
type Change = readonly [check: string, change: string, changed: SampleScan, finding: string];

function on(machine: 'controller' | 'worker', from: string, to: string): SampleScan {
  if (!hardenedScan[machine].includes(from)) throw new Error(`no ${machine} says "${from}"`);
  return { ...hardenedScan, [machine]: hardenedScan[machine].replaceAll(from, to) };
}

function inApi(changes: Partial<SampleScan['api']>): SampleScan {
  return { ...hardenedScan, api: { ...hardenedScan.api, ...changes } };
}

function bound(name: string, role: string, subject: { kind: string; name: string }): SampleScan {
  return inApi({ bindings: [...hardenedScan.api.bindings, { name, namespace: '', role, subjects: [subject] }] });
}

const flag = (service: string, text: string) => `flag ${service} --${text}\n`;
const mode = (path: string, bits: string) => [`file ${bits} root:root ${path}`, `file 644 root:root ${path}`] as const;
const owner = (path: string) => [`file 600 root:root ${path}`, `file 600 kthw:kthw ${path}`] as const;
const calico = (policies: SampleScan['api']['networkPolicies']): SampleScan => ({
  ...on('worker', 'network bridge', 'network calico'),
  api: { ...hardenedScan.api, networkPolicies: policies },
});

const changes: readonly Change[] = [
  ['1.1.12', 'data of root', on('controller', 'file 700 etcd:etcd', 'file 700 root:root'), 'owned by `root:root`'],
  [
    '1.1.14',
    'an admin’s kubeconfig at somebody’s home',
    on('controller', 'audit-log', 'file 600 kthw:kthw /home/kthw/admin.kubeconfig\naudit-log'),
    '/home/kthw/admin.kubeconfig is owned by `kthw:kthw`',
  ],
  ['1.1.16', 'another owner', on('controller', ...owner('/var/lib/kubernetes/kube-scheduler.kubeconfig')), 'kthw:kthw'],
  [
    '1.1.16',
    'a copy that others can read',
    on('controller', '400 kube-scheduler:root', '444 kube-scheduler:root'),
    'mode `444`',
  ],
  [
    '1.1.18',
    'another owner',
    on('controller', ...owner('/var/lib/kubernetes/kube-controller-manager.kubeconfig')),
    'kthw:kthw',
  ],
  ['1.1.19', 'a key of somebody', on('controller', ...owner('/var/lib/kubernetes/ca-key.pem')), 'ca-key.pem'],
  ['1.1.19', 'a folder of somebody', on('controller', 'root:root /etc/etcd\n', 'kthw:kthw /etc/etcd\n'), '/etc/etcd'],
  ['1.2.1', 'a default', on('controller', flag('kube-apiserver', 'anonymous-auth=false'), ''), 'is not set'],
  ['1.2.1', 'another value', on('controller', 'anonymous-auth=false', 'anonymous-auth=true'), '`true`'],
  ['1.2.3', 'a plug-in less', on('controller', ',DenyServiceExternalIPs', ''), 'DenyServiceExternalIPs'],
  ['1.2.9', 'a plug-in less', on('controller', ',EventRateLimit', ''), 'EventRateLimit'],
  [
    '1.2.9',
    'no limits configured',
    on('controller', 'line admission   - name: EventRateLimit\n', ''),
    'no limits configured',
  ],
  [
    '1.2.9',
    'a plug-in that is switched off again',
    on(
      'controller',
      flag('kube-apiserver', 'profiling=false'),
      'flag kube-apiserver --disable-admission-plugins=EventRateLimit\n',
    ),
    'disabled',
  ],
  ['1.2.15', 'a default', on('controller', flag('kube-apiserver', 'profiling=false'), ''), 'is not set'],
  ['1.2.18', 'fewer logs', on('controller', 'maxbackup=10', 'maxbackup=9'), '`9`'],
  ['1.2.29', 'a weak one among them', on('controller', 'suites=', 'suites=TLS_RSA_WITH_AES_128_CBC_SHA,'), 'CBC'],
  ['1.2.30', 'another value', on('controller', 'expiration=false', 'expiration=true'), '`true`'],
  [
    '1.3.1',
    'a default',
    on('controller', flag('kube-controller-manager', 'terminated-pod-gc-threshold=1000'), ''),
    'not set',
  ],
  ['1.3.2', 'a default', on('controller', flag('kube-controller-manager', 'profiling=false'), ''), 'not set'],
  ['1.3.7', 'all addresses', on('controller', 'bind-address=127.0.0.1', 'bind-address=0.0.0.0'), '0.0.0.0'],
  [
    '1.4.1',
    'a default',
    on('controller', 'line scheduler enableProfiling: false', 'line scheduler kind: x'),
    'not set',
  ],
  [
    '1.4.1',
    'a default flag',
    on('controller', flag('kube-scheduler', 'profiling=false'), ''),
    '`--profiling` is not set',
  ],
  [
    '1.4.1',
    'a configuration that came later',
    on('controller', 'text scheduler 900', 'text scheduler 1001'),
    'changed after',
  ],
  [
    '1.4.1',
    'a flag that says nothing beside a configuration',
    on('controller', 'line scheduler enableProfiling: false', 'line scheduler enableProfiling: true'),
    '`enableProfiling` is `true`',
  ],
  [
    '2.7',
    'the cluster’s authority',
    on('controller', 'trusted-ca-file e7cd000000000002', 'trusted-ca-file c1a57e0000000001'),
    'cluster',
  ],
  [
    '2.7',
    'the cluster’s authority among members',
    on('controller', 'peer-trusted-ca-file e7cd000000000002', 'peer-trusted-ca-file c1a57e0000000001'),
    '--peer-trusted-ca-file',
  ],
  ['3.1.1', 'a name that is bound', bound('ada', 'view', { kind: 'User', name: 'slack:T1:U1' }), '`ada` binds a name'],
  ['3.1.1', 'the group of all people', bound('all', 'view', { kind: 'Group', name: 'kthw:users' }), '`all`'],
  ['3.2.1', 'an empty log', on('controller', 'audit-log 4096', 'audit-log 0'), 'is empty'],
  ['3.2.1', 'no log', on('controller', 'audit-log 4096\n', ''), 'audit log does not exist'],
  [
    '3.2.1',
    'no policy',
    on('controller', 'flag kube-apiserver --audit-policy-file', 'flag kube-apiserver --x'),
    'not set',
  ],
  ['3.2.1', 'a policy of nothing', on('controller', 'level: Metadata', 'level: None'), 'logs nothing'],
  ['3.2.2', 'no shells', on('controller', 'pods/exec, ', ''), '`get` of `pods/exec` is not logged'],
  [
    '3.2.2',
    'secrets in full',
    on('controller', 'level: Metadata', 'level: Request'),
    '`get` of `secrets` is logged with its body',
  ],
  ['4.1.1', 'others can read it', on('worker', ...mode('/etc/systemd/system/kubelet.service', '600')), 'mode `644`'],
  ['4.1.4', 'another owner', on('worker', ...owner('/var/lib/kube-proxy/kubeconfig')), 'kthw:kthw'],
  ['4.1.6', 'another owner', on('worker', ...owner('/var/lib/kubelet/kubeconfig')), 'kthw:kthw'],
  [
    '4.1.8',
    'another owner',
    on('worker', '644 root:root /var/lib/kubernetes/ca.pem', '644 kthw:kthw /var/lib/kubernetes/ca.pem'),
    'kthw',
  ],
  ['4.1.9', 'others can read it', on('worker', ...mode('/var/lib/kubelet/kubelet-config.yaml', '600')), 'mode `644`'],
  [
    '4.2.7',
    'the name of another instance',
    on('worker', 'hostname-override=demo-worker-0', 'hostname-override=demo-worker-1'),
    '`--hostname-override` is `demo-worker-1`',
  ],
  ['4.2.8', 'a negative value', on('worker', 'eventRecordQPS: 50', 'eventRecordQPS: -1'), '`-1`'],
  [
    '4.2.11',
    'a certificate of its own making',
    on('worker', 'tlsCertFile', 'other'),
    'self-signed serving certificate',
  ],
  [
    '4.2.11',
    'renewal that is switched off',
    on(
      'worker',
      'line kubelet eventRecordQPS',
      'line kubelet featureGates: { RotateKubeletServerCertificate: false }\nline kubelet eventRecordQPS',
    ),
    'disabled',
  ],
  ['4.2.12', 'a weak one among them', on('worker', 'Suites: [', 'Suites: [TLS_RSA_WITH_RC4_128_SHA, '), 'RC4'],
  [
    '4.2.12',
    'a flag that says otherwise',
    on('worker', 'file 600', `${flag('kubelet', 'tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA')}file 600`),
    'RC4',
  ],
  [
    '4.2.12',
    'a name that the benchmark does not list',
    on('worker', 'Suites: [', 'Suites: [TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, '),
    'CHACHA20_POLY1305_SHA256',
  ],
  ['4.2.13', 'no limit', on('worker', 'podPidsLimit: 4096', 'podPidsLimit: -1'), '`-1`'],
  ['4.2.14', 'a default', on('worker', 'line kubelet seccompDefault: true\n', ''), 'not set'],
  [
    '4.2.14',
    'a configuration that came later',
    on('worker', 'text kubelet 1000', 'text kubelet 1001'),
    'changed after',
  ],
  ['5.1.1', 'another admin', bound('ops', 'cluster-admin', { kind: 'User', name: 'system:x' }), '`ops` binds it too'],
  [
    '5.1.5',
    'a role for a default account',
    bound('pods', 'view', { kind: 'ServiceAccount', name: 'default' }),
    '`pods` grants `view` to `default`',
  ],
  [
    '5.1.3',
    'a role of its own',
    inApi({ wildcardRoles: [{ name: 'everything', isBuiltIn: false }] }),
    '`everything` has a rule with `*`',
  ],
  [
    '5.1.3',
    'the tutorial’s role of the API server',
    inApi({ wildcardRoles: [{ name: 'system:kube-apiserver-to-kubelet', isBuiltIn: true }] }),
    '`system:kube-apiserver-to-kubelet` has a rule',
  ],
  ['5.1.7', 'another binding', bound('ours', 'view', { kind: 'Group', name: 'system:masters' }), '`ours`'],
  ['5.1.10', 'somebody else', bound('eve', 'system:kubelet-api-admin', { kind: 'User', name: 'eve' }), 'to eve'],
  ['5.2.1', 'no standard', on('controller', 'enforce: baseline', 'enforce: privileged'), '`privileged` by default'],
  [
    '5.2.1',
    'no plug-in’s configuration',
    on('controller', 'name: PodSecurity', 'name: Other'),
    '`privileged` by default',
  ],
  [
    '5.2.1',
    'a namespace without',
    inApi({ namespaces: [{ name: 'wild', labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } }] }),
    'namespace `wild`',
  ],
  ['5.3.1', 'no network at all', on('worker', 'network ', 'nothing '), 'no CNI plugin'],
  [
    '5.3.2',
    'a policy that nobody enforces',
    inApi({ networkPolicies: [{ name: 'deny', namespace: 'default' }] }),
    '`deny`',
  ],
  ['5.3.2', 'a namespace without, where they are enforced', calico([]), '`default` has none'],
  ['SSH access disabled', 'a rule', { ...hardenedScan, compute: tutorialScan.compute }, 'allows 0.0.0.0/0'],
  ['no SSH key in instance metadata', 'a key', { ...hardenedScan, compute: tutorialScan.compute }, '`ssh-keys` is set'],
  [
    'instances have no service account',
    'the default service account',
    { ...hardenedScan, compute: tutorialScan.compute },
    'has service account `123456-compute@',
  ],
  [
    'instances block project-wide SSH keys',
    'none blocked',
    { ...hardenedScan, compute: tutorialScan.compute },
    "accepts the project's SSH keys",
  ],
  [
    'instances disable OS Login',
    'project default',
    { ...hardenedScan, compute: tutorialScan.compute },
    '`enable-oslogin` is not `FALSE`',
  ],
  [
    'pods reach only DNS of the metadata server',
    'changed rules',
    on('worker', 'metadata-firewall active', ''),
    'the metadata firewall is not active',
  ],
  [
    'CA private keys only where they sign',
    'a copy at somebody’s home',
    on('controller', 'provider secretbox', 'key c1a57e0000000001 /home/kthw/ca-key.pem\nprovider secretbox'),
    'found at /home/kthw/ca-key.pem',
  ],
  [
    'CA private keys only where they sign',
    'a copy on a worker',
    on('worker', 'network bridge', 'key c1a57e0000000001 /var/lib/kubernetes/ca-key.pem\nnetwork bridge'),
    'found at',
  ],
  [
    'CA private keys only where they sign',
    'etcd’s on a controller',
    on('controller', 'provider secretbox', 'key e7cd000000000002 /etc/etcd/ca-key.pem\nprovider secretbox'),
    'found at /etc/etcd/ca-key.pem',
  ],
  [
    'CA private keys only where they sign',
    'one that others can read',
    on('controller', '600 root:root /var/lib/kubernetes/ca-key.pem', '640 root:root /var/lib/kubernetes/ca-key.pem'),
    'readable by other users',
  ],
  [
    'etcd and control plane run as dedicated users',
    'root',
    on('controller', 'etcd etcd 1000', 'etcd root 1000'),
    'etcd runs as root',
  ],
  [
    'etcd and control plane run as dedicated users',
    'one user for two',
    on('controller', 'process kube-scheduler kube-scheduler', 'process kube-scheduler etcd'),
    'run as the same user',
  ],
  [
    'Secrets encrypted with `secretbox` or KMS',
    'aescbc',
    on('controller', 'provider secretbox', 'provider aescbc'),
    'aescbc',
  ],
];

describe('one changed fact', () => {
  test.each(changes)('fails %s: %s', (check, _, changed, finding) => {
    const one = evaluateChecks(createScanInput(changed)).find((result) => nameOf(result) === check);
    expect(one).toMatchObject({ status: 'fail' });
    expect(one?.details.map(({ text }) => text).join()).toContain(finding);
    expect(one?.remediation).not.toBe('');
  });

  test('covers every check that can fail', () => {
    // AlwaysPullImages either passes or is waived.
    const can = checks.map(nameOf).filter((name) => name !== '1.2.11');
    expect([...new Set(changes.map(([item]) => item))].sort()).toEqual(can.sort());
  });

  test.each<[string, SampleScan]>([
    ['1.2.11', on('controller', 'NodeRestriction', 'NodeRestriction,AlwaysPullImages')],
    [
      '4.2.11',
      on('worker', 'line kubelet eventRecordQPS', 'line kubelet serverTLSBootstrap: true\nline kubelet eventRecordQPS'),
    ],
    ['4.2.7', on('worker', flag('kubelet', 'hostname-override=demo-worker-0'), '')],
    ['4.2.8', on('worker', 'line kubelet eventRecordQPS: 50\n', '')],
    ['5.1.1', inApi({ bindings: hardenedScan.api.bindings.filter(({ name }) => !name.startsWith('kthw:grant:')) })],
    ['5.1.3', inApi({ wildcardRoles: [] })],
    ['5.1.5', inApi({ defaultAccounts: [{ namespace: 'default', mountsToken: false }] })],
    ['5.1.10', inApi({ bindings: hardenedScan.api.bindings.filter(({ name }) => name !== 'system:kube-apiserver') })],
    ['5.3.1', calico([])],
    ['5.3.2', calico([{ name: 'deny', namespace: 'default' }])],
  ])('makes the check %s pass', (number, changed) => {
    expect(named(changed, 'pass')).toContain(number);
  });
});

describe('SSH access', () => {
  const open = { ...createScanInput(hardenedScan), compute: tutorialScan.compute };
  const ways = ['SSH access disabled', 'no SSH key in instance metadata'];

  test.each([
    ['is waived while a run needs it', true, 'waived'],
    ['fails without an active run', false, 'fail'],
  ] as const)('%s', (_, busy, status) => {
    const all = evaluateChecks({ ...open, busy });
    expect(all.filter((one) => ways.includes(one.title)).map((one) => one.status)).toEqual([status, status]);
  });
});

describe('unreachable', () => {
  const unknown = { unknown: 'unreachable' };
  const of = (machine: string) =>
    createScanInput(hardenedScan).instances.map((one) => (one.name === machine ? { ...one, facts: unknown } : one));

  test.each([
    ['a controller', { instances: of('demo-controller-0') }, '1.2.15'],
    ['a worker', { instances: of('demo-worker-0') }, '4.1.1'],
    ['the API', { api: unknown }, '5.1.7'],
    ['Compute Engine', { compute: unknown }, 'SSH access disabled'],
    ['no instance', { instances: [] }, '1.2.15'],
  ])('%s gives unknown, neither pass nor fail', (_, changed, item) => {
    const all = evaluateChecks({ ...createScanInput(hardenedScan), ...changed });
    expect(all.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(all.find((one) => nameOf(one) === item)?.status).toBe('unknown');
  });

  test('names a service that is not running', () => {
    const all = evaluateChecks(createScanInput(on('controller', 'process kube-scheduler', 'gone')));
    expect(all.find(({ number }) => number === '1.4.1')).toMatchObject({
      status: 'unknown',
      details: [{ instances: ['demo-controller-0'], text: 'kube-scheduler is not running' }],
    });
  });

  test('does not hide the failure of another instance', () => {
    const input = createScanInput(tutorialScan);
    const all = evaluateChecks({
      ...input,
      instances: [...input.instances, { name: 'demo-controller-1', role: 'controller', facts: unknown }],
    });
    expect(all.find(({ number }) => number === '1.2.15')).toMatchObject({
      status: 'fail',
      details: [{ instances: ['demo-controller-0'] }],
    });
  });
});

function without(text: string, ...parts: readonly (string | RegExp)[]): string {
  return parts.reduce<string>((left, part) => (part === '' ? left : left.replace(part, '')), text);
}
