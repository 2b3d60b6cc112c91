import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import type { ScanInput } from '../../../src/engine/diagnostics/cis/check.ts';
import { evaluateChecks } from '../../../src/engine/diagnostics/cis/evaluate-checks.ts';
import { parseHostFacts } from '../../../src/engine/diagnostics/cis/parse-host-facts.ts';
import { diagnose, type InspectedInstance } from '../../../src/engine/diagnostics/diagnose.ts';
import type { DoctorReport } from '../../../src/engine/diagnostics/diagnose-cluster.ts';
import type { HostMetrics } from '../../../src/engine/diagnostics/host-metrics.ts';
import { spec } from './fixtures.ts';
import { runs } from './runs.ts';
import type { SampleCatalogue } from './sample.ts';
import { createScanInput, hardenedScan, tutorialScan } from './sample-scan.ts';

const button = 'resize.confirm';
const largeMachineType = { name: 'e2-standard-2', cpus: 2, memoryMb: 8_192, sharedCpu: false };
const smallMachineType = { name: 'f1-micro', cpus: 1, memoryMb: 614, sharedCpu: true };
const controllerServices = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

const healthyMetrics: HostMetrics = {
  cpus: 2,
  load: 0.4,
  throttled: 0,
  steal: 0,
  memory: { totalMb: 7_950, availableMb: 6_210 },
  services: controllerServices.map((name) => ({ name, active: 'active', restarts: 0 })),
  etcd: { slowRequests: 0, leaderChanges: 1, hasLeader: true, fsyncMs: 2.1, commitMs: 3.4, roundTripMs: 1.2 },
};

/** etcd on an undersized instance. */
const overloadedMetrics: HostMetrics = {
  cpus: 0.2,
  load: 6.3,
  throttled: 0.87,
  steal: 0.31,
  memory: { totalMb: 590, availableMb: 28 },
  services: controllerServices.map((name) => ({ name, active: 'active', restarts: name === 'etcd' ? 4 : 2 })),
  etcd: { slowRequests: 122, leaderChanges: 9, hasLeader: true, fsyncMs: 180, commitMs: 240, roundTripMs: 410 },
};

const instances = deriveCluster(spec).instances;

function createInspectedInstances(metrics: HostMetrics, type: InspectedInstance['type']): InspectedInstance[] {
  return instances.map(({ name, role }) => ({
    name,
    role,
    ...(type ? { type } : {}),
    metrics: role === 'controller' ? metrics : { ...omitEtcd(metrics), services: [] },
  }));
}

const healthyInstances = createInspectedInstances(healthyMetrics, largeMachineType);
const overloadedInstances = createInspectedInstances(overloadedMetrics, smallMachineType);
const unreachableInstances = instances.map(({ name, role }) => ({
  name,
  role,
  error: `${name} is unreachable over SSH`,
}));

const defaultScan = createScanInput(hardenedScan, instances);
/** Someone changed the configuration of a control plane node. */
const modifiedControllerFacts = hardenedScan.controller
  .replace('--profiling=false', '--profiling=true')
  .replace('file 600', 'file 644 kthw:kthw /home/kthw/admin.kubeconfig\nfile 600');
const modifiedScan: ScanInput = {
  ...defaultScan,
  instances: defaultScan.instances.map((one, i) =>
    i === 1 ? { ...one, facts: parseHostFacts(modifiedControllerFacts) } : one,
  ),
};
const partialScan: ScanInput = {
  ...defaultScan,
  instances: defaultScan.instances.map((one, i) =>
    i === 0 ? { ...one, facts: { unknown: `${one.name} is unreachable over SSH` } } : one,
  ),
};
const unreachableScan: ScanInput = {
  ...defaultScan,
  instances: instances.map(({ name, role }) => ({ name, role, facts: { unknown: `${name} is unreachable over SSH` } })),
  api: { unknown: 'the API server at 203.0.113.20 is unreachable' },
};

function omitEtcd({ etcd: _, ...metrics }: HostMetrics): HostMetrics {
  return metrics;
}

/** A report with the live checks and thresholds. */
function createLiveReport(
  inspectedInstances: readonly InspectedInstance[],
  settledState: 'ready' | 'failed',
  scan = defaultScan,
): [DoctorReport, string] {
  const hardening = evaluateChecks({ ...scan, busy: settledState !== 'ready' });
  return [
    {
      cluster: 'demo',
      run: 'r1',
      access: 'ssh',
      settledState,
      instances: inspectedInstances,
      ...diagnose(inspectedInstances),
      hardening,
    },
    button,
  ];
}

const passingCheck: DoctorReport['hardening'][number] = {
  number: '1.2.1',
  title: '`--anonymous-auth=false`',
  remediation: 'set `--anonymous-auth=false` in kube-apiserver.service',
  automated: true,
  status: 'pass',
  details: [],
};
const failingCheck: DoctorReport['hardening'][number] = {
  ...passingCheck,
  number: '1.2.18',
  title: '`--audit-log-maxbackup` of at least 10',
  remediation: 'set `--audit-log-maxbackup=10` in kube-apiserver.service, then restart it',
  status: 'fail',
  details: [{ instances: ['demo-controller-0'], text: '`--audit-log-maxbackup` is `3`' }],
};
const waivedCheck: DoctorReport['hardening'][number] = {
  ...passingCheck,
  number: '3.1.1',
  title: 'Client certificates should not be used for users',
  automated: false,
  status: 'waived',
  details: [{ instances: [], text: 'user certificates expire after a day and can be revoked' }],
};
const unknownCheck: DoctorReport['hardening'][number] = {
  ...passingCheck,
  number: '4.2.13',
  title: 'Pod PID limit',
  status: 'unknown',
  details: [{ instances: ['demo-worker-0'], text: 'demo-worker-0 is unreachable over SSH' }],
};
const { number: __, ...extraCheck } = {
  ...waivedCheck,
  title: 'No SSH key in project metadata',
  status: 'pass',
} as const;
const sampleChecks = [passingCheck, failingCheck, waivedCheck, unknownCheck, { ...extraCheck, details: [] }];

/** A report for a person who can't enable SSH. */
function createReadOnlyReport(): [DoctorReport, string] {
  const inspectedInstances = instances.map(({ name, role }) => ({ name, role, type: largeMachineType }));
  const scan = {
    ...defaultScan,
    instances: instances.map(({ name, role }) => ({ name, role, facts: { unknown: 'needs SSH' } })),
  };
  const [report, buttonId] = createLiveReport(inspectedInstances, 'ready', scan);
  return [{ ...report, access: 'api' }, buttonId];
}

/** A report with frozen texts. */
function createReport(overrides: Partial<DoctorReport>): [DoctorReport, string] {
  const instances = healthyInstances;
  return [
    {
      cluster: 'demo',
      run: 'r1',
      access: 'ssh',
      settledState: 'ready',
      instances,
      issues: [],
      hardening: [passingCheck],
      ...overrides,
    },
    button,
  ];
}

const slowDiskIssues: DoctorReport['issues'] = instances.slice(0, 3).map(({ name }) => ({
  instance: name,
  text: 'WAL fsync p99 180 ms (recommended < 10 ms)',
  source: 'https://etcd.io/docs/v3.5/faq/',
}));
const undersized = {
  machineType: 'f1-micro',
  suggestedMachineType: 'e2-standard-2',
  shortfalls: ['shared-core; 1 full vCPU required'],
};

/** Diagnoses of runs, and replies to `/kthw doctor`. */
export const doctorSamples = {
  renderDoctorReport: {
    group: 'Doctor',
    surface: 'ephemeral',
    states: {
      'no issues': createReport({}),
      'slow disks': createReport({ issues: slowDiskIssues }),
      undersized: createReport({ instances: overloadedInstances, issues: slowDiskIssues, undersized }),
      'undersized, not ready': createReport({
        settledState: 'failed',
        instances: overloadedInstances,
        issues: slowDiskIssues.slice(0, 1),
        undersized,
      }),
      'one instance unreachable': createReport({
        instances: [...unreachableInstances.slice(0, 1), ...healthyInstances.slice(1)],
        issues: [{ instance: 'demo-controller-0', text: 'unreachable over SSH' }],
        hardening: sampleChecks,
      }),
      'all instances unreachable': createReport({ instances: unreachableInstances, hardening: [unknownCheck] }),
    },
    liveStates: {
      'live: read-only user': createReadOnlyReport(),
      'live: no issues': createLiveReport(healthyInstances, 'ready'),
      'live: undersized': createLiveReport(overloadedInstances, 'ready'),
      'live: undersized, not ready': createLiveReport(overloadedInstances, 'failed'),
      'live: unreachable': createLiveReport(unreachableInstances, 'failed', unreachableScan),
      'live: configuration changed': createLiveReport(healthyInstances, 'ready', modifiedScan),
      'live: one control plane node unreachable': createLiveReport(
        [...unreachableInstances.slice(0, 1), ...healthyInstances.slice(1)],
        'ready',
        partialScan,
      ),
      'live: cluster of the tutorial': createLiveReport(
        healthyInstances,
        'ready',
        createScanInput(tutorialScan, instances),
      ),
    },
  },
  renderDiagnosisCard: {
    group: 'Thread',
    surface: 'message',
    states: {
      'diagnosis: undersized': [
        runs.creating.view,
        {
          type: 'step.diagnosed',
          step: 'etcd/demo-controller-0',
          findings: [
            'f1-micro is too small for etcd and the API server',
            'demo-controller-0: throttled in 87% of CFS periods',
          ],
          resizeTo: 'e2-standard-2',
        },
        button,
      ],
      'diagnosis: slow disk': [
        runs.creating.view,
        {
          type: 'step.diagnosed',
          step: 'etcd/demo-controller-0',
          findings: ['demo-controller-1: WAL fsync p99 180 ms (recommended < 10 ms)'],
        },
        button,
      ],
    },
  },
} satisfies Partial<SampleCatalogue>;
