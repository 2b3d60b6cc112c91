import { describe, expect, test } from 'vitest';
import { createScanInput, hardenedScan, tutorialScan } from '../../../../local/gallery/samples/sample-scan.ts';
import { releases } from '../../../../src/engine/cluster/releases.ts';
import { checks } from '../../../../src/engine/diagnostics/cis/checks.ts';
import { evaluateChecks } from '../../../../src/engine/diagnostics/cis/evaluate-checks.ts';
import type { HostFacts } from '../../../../src/engine/diagnostics/cis/host-facts.ts';
import { parseHostFacts } from '../../../../src/engine/diagnostics/cis/parse-host-facts.ts';
import { renderEtcdUnit } from '../../../../src/engine/render/etcd-unit.ts';
import { renderKubeApiserverUnit } from '../../../../src/engine/render/kube-apiserver-unit.ts';
import { renderKubeControllerManagerUnit } from '../../../../src/engine/render/kube-controller-manager-unit.ts';
import { renderKubeSchedulerConfig, renderKubeSchedulerUnit } from '../../../../src/engine/render/kube-scheduler.ts';
import { renderKubeletConfig, renderKubeletUnit } from '../../../../src/engine/render/kubelet.ts';
import { buildRbacObjects } from '../../../../src/engine/render/rbac-objects.ts';
import { buildCluster } from '../../../fixtures/cluster.ts';
import { parseUnitFlags } from '../../render/flags.ts';
import { evaluateKubeBenchItem, kubeBenchItems } from './kube-bench.ts';

/** Items that kube-bench fails on a kthw cluster: each is listed by the doctor with its reason. */
const violated = ['1.2.11', '4.2.7'];
/** From these versions on, Kubernetes supports what the item requires. */
const supportedFrom: Readonly<Record<string, number>> = { '1.2.3': 21, '4.2.14': 25 };

const services = [
  ['1.2.', 'kube-apiserver', 'controller'],
  ['1.3.', 'kube-controller-manager', 'controller'],
  ['1.4.', 'kube-scheduler', 'controller'],
  ['2.', 'etcd', 'controller'],
  ['3.2.', 'kube-apiserver', 'controller'],
  ['4.2.', 'kubelet', 'worker'],
] as const;
/** Checks of the doctor that kube-bench tests by flags. */
const testedChecks = kubeBenchItems.flatMap(({ id, all, any }) => {
  const [, service, role] = services.find(([section]) => id.startsWith(section)) ?? [];
  const flags = [...(all ?? []), ...(any ?? [])].map(({ flag }) => flag);
  if (!service || flags.length === 0 || checks.every(({ number }) => number !== id)) return [];
  return [{ number: id, service, role, flags: [...new Set(flags)] }];
});
const values = [
  ...['true', 'false', '0', '-1', '1', '9', '10', '127.0.0.1', '0.0.0.0', 'demo-worker-0', '/etc/x'],
  ...[
    'EventRateLimit',
    'NodeRestriction,AlwaysPullImages,DenyServiceExternalIPs',
    'RotateKubeletServerCertificate=false',
  ],
  ...[
    'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305',
    'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_RSA_WITH_RC4_128_SHA',
  ],
];

/** What the doctor reads on the instances of a new cluster. */
function readRendered(version: string) {
  const cluster = buildCluster({ version: version as never });
  const [controller, worker] = [cluster.controllerInstances[0], cluster.workerInstances[0]];
  if (!controller || !worker) throw new Error('no instances');
  const controllerFacts = [
    ...describeProcess('etcd', renderEtcdUnit(cluster, controller, { state: 'existing' })),
    ...describeProcess('kube-apiserver', renderKubeApiserverUnit(cluster, controller)),
    ...describeProcess('kube-controller-manager', renderKubeControllerManagerUnit(cluster)),
    ...describeProcess('kube-scheduler', renderKubeSchedulerUnit()),
    ...describeFile('scheduler', renderKubeSchedulerConfig(cluster.release)),
  ];
  const workerFacts = [
    ...describeProcess('kubelet', renderKubeletUnit(cluster, worker)),
    ...describeFile('kubelet', renderKubeletConfig(cluster, worker)),
  ];
  const minor = Number(version.split('.')[1]);
  return { ...hardenedScan, controller: controllerFacts.join('\n'), worker: workerFacts.join('\n'), minor };
}

function describeProcess(service: string, unit: string): string[] {
  const flags = [...parseUnitFlags(unit)].map(([name, value]) => `flag ${service} --${name}=${value}`);
  return [`process ${service} ${service} 1000`, ...flags];
}

function describeFile(name: string, content: string): string[] {
  return [`text ${name} 900 /${name}`, ...content.split('\n').map((line) => `line ${name} ${line}`)];
}

/** Ids of the items that kube-bench fails. */
function listFailures(...allFacts: readonly HostFacts[]): string[] {
  return kubeBenchItems
    .filter((item) => allFacts.some((facts) => evaluateKubeBenchItem(item, facts) === 'fail'))
    .map(({ id }) => id);
}

function statusOf(scan: typeof hardenedScan, id: string) {
  return evaluateChecks(createScanInput(scan)).find(({ number }) => number === id)?.status;
}

describe('the doctor and kube-bench', () => {
  test('agree on which checks are automated', () => {
    expect(testedChecks).toHaveLength(20);
    const numbered = checks.filter(({ number }) => number !== undefined);
    const expected = new Map(kubeBenchItems.map(({ id, automated }) => [id, automated]));
    expect(numbered.length).toBeGreaterThan(35);
    expect(numbered.filter(({ number, automated }) => expected.get(number ?? '') !== automated)).toEqual([]);
  });

  test.each(releases.map(({ kubernetes }) => kubernetes))(
    'list the same violations of a cluster with Kubernetes %s',
    (version) => {
      const scan = readRendered(version);
      const failures = listFailures(parseHostFacts(scan.controller), parseHostFacts(scan.worker));
      const unsupported = Object.keys(supportedFrom).filter((id) => scan.minor < (supportedFrom[id] ?? 0));
      expect(failures.sort()).toEqual([...violated, ...unsupported].sort());
      for (const id of failures) expect(statusOf(scan, id), id).toBe('waived');
    },
  );

  test('list what kube-bench fails on the tutorial’s cluster', () => {
    const failures = listFailures(parseHostFacts(tutorialScan.controller), parseHostFacts(tutorialScan.worker));
    // The sample has only the flags that the doctor reads. Reference: the flags of the tutorial's units.
    const listed = failures.filter((id) => checks.some(({ number }) => number === id));
    expect(listed.length).toBeGreaterThan(12);
    for (const id of listed) expect(['fail', 'waived'], id).toContain(statusOf(tutorialScan, id));
  });

  test.each(testedChecks.map(({ number, service, role, flags }) => [number, service, role, flags] as const))(
    'agree on %s of %s: the doctor passes no value that kube-bench fails',
    (number, service, role, flags) => {
      const item = kubeBenchItems.find(({ id }) => id === number);
      const disagreements: unknown[] = [];
      for (const name of flags) {
        for (const value of [...values, undefined]) {
          const kept = hardenedScan[role].split('\n').filter(
            // The authorities are read through the flag.
            (line) =>
              !line.startsWith(`flag ${service} --${name}=`) && !line.startsWith(`authority ${service} ${name} `),
          );
          const text = [...kept, ...(value === undefined ? [] : [`flag ${service} --${name}=${value}`])].join('\n');
          if (statusOf({ ...hardenedScan, [role]: text }, number) !== 'pass' || !item) continue;
          if (evaluateKubeBenchItem(item, parseHostFacts(text)) !== 'pass') disagreements.push({ name, value });
        }
      }
      expect(disagreements).toEqual([]);
    },
  );

  test('agree on the modes and owners of files', () => {
    const expected = Object.fromEntries(kubeBenchItems.map(({ id, mode, owner }) => [id, mode ?? owner]));
    expect(
      Object.fromEntries(
        checks.flatMap(({ number = '' }) => (/^[14]\.1\./.test(number) ? [[number, expected[number]]] : [])),
      ),
    ).toEqual({
      '1.1.12': 'etcd:etcd',
      ...Object.fromEntries(
        ['1.1.14', '1.1.16', '1.1.18', '1.1.19', '4.1.4', '4.1.6', '4.1.8'].map((id) => [id, 'root:root']),
      ),
      ...Object.fromEntries(['4.1.1', '4.1.9'].map((id) => [id, '600'])),
    });
  });

  test('find no wildcard in the roles that kthw creates', () => {
    const rules = buildRbacObjects().flatMap((object) => ('rules' in object ? JSON.stringify(object.rules) : []));
    expect(rules).toHaveLength(1);
    // kube-bench's check 5.1.3 searches for a list with the single element *.
    expect(rules[0]).not.toContain('["*"]');
  });
});
