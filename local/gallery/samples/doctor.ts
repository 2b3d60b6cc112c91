import { renderDiagnosisCard, renderDoctorReport } from '../../../src/commands/messages/doctor-report.ts';
import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import type { ScanInput } from '../../../src/engine/diagnostics/cis/check.ts';
import { evaluateChecks } from '../../../src/engine/diagnostics/cis/evaluate-checks.ts';
import { parseHostFacts } from '../../../src/engine/diagnostics/cis/parse-host-facts.ts';
import { diagnose, type InspectedInstance } from '../../../src/engine/diagnostics/diagnose.ts';
import type { HostMetrics } from '../../../src/engine/diagnostics/host-metrics.ts';
import { spec } from './fixtures.ts';
import { runs } from './runs.ts';
import { createMessageSamples, type Sample } from './sample.ts';
import { createScanInput, hardenedScan, tutorialScan } from './sample-scan.ts';

const button = 'resize.confirm';
const largeMachineType = { name: 'e2-standard-2', cpus: 2, memoryMb: 8_192, sharedCpu: false };
const smallMachineType = { name: 'f1-micro', cpus: 1, memoryMb: 614, sharedCpu: true };
const controllerServices = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** A machine at ease. */
export const healthyMetrics: HostMetrics = {
  cpus: 2,
  load: 0.4,
  throttled: 0,
  steal: 0,
  memory: { totalMb: 7_950, availableMb: 6_210 },
  services: controllerServices.map((name) => ({ name, active: 'active', restarts: 0 })),
  etcd: { slowRequests: 0, leaderChanges: 1, hasLeader: true, fsyncMs: 2.1, commitMs: 3.4, roundTripMs: 1.2 },
};

/** A controller on a machine that etcd jams on. */
export const overloadedMetrics: HostMetrics = {
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
    ...{ name, role, ...(type ? { type } : {}) },
    metrics: role === 'controller' ? metrics : { ...metrics, etcd: undefined as never, services: [] },
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
/** Somebody took the controller over by hand. */
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

function renderSampleReport(
  inspectedInstances: readonly InspectedInstance[],
  state: 'ready' | 'failed',
  scan = defaultScan,
) {
  const hardening = evaluateChecks({ ...scan, busy: state !== 'ready' });
  return renderDoctorReport(
    { cluster: 'demo', state, instances: inspectedInstances, ...diagnose(inspectedInstances), hardening },
    button,
  );
}

/** What the doctor says, asked or not. */
export const doctorSamples: readonly Sample[] = [
  ...createMessageSamples('Doctor', 'ephemeral', {
    'all is well': renderSampleReport(healthyInstances, 'ready'),
    'machines too small, cluster up': renderSampleReport(overloadedInstances, 'ready'),
    'machines too small, cluster not up': renderSampleReport(overloadedInstances, 'failed'),
    'nothing can be looked at': renderSampleReport(unreachableInstances, 'failed', unreachableScan),
    'all is well, but for what somebody changed': renderSampleReport(healthyInstances, 'ready', modifiedScan),
    'a controller can’t be looked at': renderSampleReport(
      [...unreachableInstances.slice(0, 1), ...healthyInstances.slice(1)],
      'ready',
      partialScan,
    ),
    'a cluster as the tutorial has it': renderSampleReport(
      healthyInstances,
      'ready',
      createScanInput(tutorialScan, instances),
    ),
  }),
  ...createMessageSamples('Thread', 'message', {
    'why it is slow: too small': renderDiagnosisCard(
      runs.building.view,
      {
        type: 'step.diagnosed',
        step: 'readiness/control-plane-size',
        findings: diagnose(overloadedInstances)
          .issues.map(({ instance, text }) => `${instance}: ${text}`)
          .slice(0, 4),
        resizeTo: 'e2-standard-2',
      },
      button,
    ),
    'why it is slow: something else': renderDiagnosisCard(
      runs.building.view,
      {
        type: 'step.diagnosed',
        step: 'readiness/control-plane-size',
        findings: ['demo-controller-1: its disk takes 180 ms to write'],
      },
      button,
    ),
  }),
];
