import { diagnosis, diagnosisCard } from '../../../src/commands/messages/doctor-report.ts';
import { clusterOf } from '../../../src/engine/cluster/cluster.ts';
import type { Evidence } from '../../../src/engine/diagnostics/cis/check.ts';
import { hardeningOf } from '../../../src/engine/diagnostics/cis/cis-scan.ts';
import { parseFacts } from '../../../src/engine/diagnostics/cis/parse-host-facts.ts';
import { diagnose, type Patient } from '../../../src/engine/diagnostics/diagnose.ts';
import type { Readings } from '../../../src/engine/diagnostics/host-metrics.ts';
import { spec } from './fixtures.ts';
import { runs } from './runs.ts';
import { messages, type Sample } from './sample.ts';
import { evidenceOf, hardened, tutorial } from './sample-scan.ts';

const button = 'resize.yes';
const large = { name: 'e2-standard-2', cpus: 2, memoryMb: 8_192, sharedCpu: false };
const small = { name: 'f1-micro', cpus: 1, memoryMb: 614, sharedCpu: true };
const onControllers = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** A machine at ease. */
export const calm: Readings = {
  cpus: 2,
  load: 0.4,
  throttled: 0,
  steal: 0,
  memory: { totalMb: 7_950, availableMb: 6_210 },
  services: onControllers.map((name) => ({ name, active: 'active', restarts: 0 })),
  etcd: { tookTooLong: 0, leaderChanges: 1, hasLeader: true, fsyncMs: 2.1, commitMs: 3.4, roundTripMs: 1.2 },
};

/** A controller on a machine that etcd jams on. */
export const jammed: Readings = {
  cpus: 0.2,
  load: 6.3,
  throttled: 0.87,
  steal: 0.31,
  memory: { totalMb: 590, availableMb: 28 },
  services: onControllers.map((name) => ({ name, active: 'active', restarts: name === 'etcd' ? 4 : 2 })),
  etcd: { tookTooLong: 122, leaderChanges: 9, hasLeader: true, fsyncMs: 180, commitMs: 240, roundTripMs: 410 },
};

const machines = clusterOf(spec).machines;

function patients(readings: Readings, type: Patient['type']): Patient[] {
  return machines.map(({ name, role }) => ({
    ...{ name, role, ...(type ? { type } : {}) },
    readings: role === 'controller' ? readings : { ...readings, etcd: undefined as never, services: [] },
  }));
}

const well = patients(calm, large);
const bad = patients(jammed, small);
const dark = machines.map(({ name, role }) => ({ name, role, trouble: `${name} does not answer ssh` }));

const asBuilt = evidenceOf(hardened, machines);
/** Somebody took the controller over by hand. */
const byHand = hardened.controller
  .replace('--profiling=false', '--profiling=true')
  .replace('file 600', 'file 644 kthw:kthw /home/kthw/admin.kubeconfig\nfile 600');
const changedByHand: Evidence = {
  ...asBuilt,
  machines: asBuilt.machines.map((one, i) => (i === 1 ? { ...one, facts: parseFacts(byHand) } : one)),
};
const halfSeen: Evidence = {
  ...asBuilt,
  machines: asBuilt.machines.map((one, i) =>
    i === 0 ? { ...one, facts: { unseen: `${one.name} does not answer ssh` } } : one,
  ),
};
const unseen: Evidence = {
  ...asBuilt,
  machines: machines.map(({ name, role }) => ({ name, role, facts: { unseen: `${name} does not answer ssh` } })),
  api: { unseen: 'the API server at 203.0.113.20 does not answer' },
};

function seen(all: readonly Patient[], state: 'ready' | 'failed', evidence = asBuilt) {
  const hardening = hardeningOf({ ...evidence, busy: state !== 'ready' });
  return diagnosis({ cluster: 'demo', state, patients: all, ...diagnose(all), hardening }, button);
}

/** What the doctor says, asked or not. */
export const machineSamples: readonly Sample[] = [
  ...messages('Doctor', 'ephemeral', {
    'all is well': seen(well, 'ready'),
    'machines too small, cluster up': seen(bad, 'ready'),
    'machines too small, cluster not up': seen(bad, 'failed'),
    'nothing can be looked at': seen(dark, 'failed', unseen),
    'all is well, but for what somebody changed': seen(well, 'ready', changedByHand),
    'a controller can’t be looked at': seen([...dark.slice(0, 1), ...well.slice(1)], 'ready', halfSeen),
    'a cluster as the tutorial has it': seen(well, 'ready', evidenceOf(tutorial, machines)),
  }),
  ...messages('Thread', 'message', {
    'why it is slow: too small': diagnosisCard(
      runs.building.view,
      {
        type: 'step.diagnosed',
        step: 'ready/etcd',
        findings: diagnose(bad)
          .findings.map(({ machine, text }) => `${machine}: ${text}`)
          .slice(0, 4),
        resizeTo: 'e2-standard-2',
      },
      button,
    ),
    'why it is slow: something else': diagnosisCard(
      runs.building.view,
      { type: 'step.diagnosed', step: 'ready/etcd', findings: ['demo-controller-1: its disk takes 180 ms to write'] },
      button,
    ),
  }),
];
