import { describe, expect, test } from 'vitest';
import { type ErrorCode, KthwError } from '../../src/engine/cluster/errors.ts';
import { buildSpec, RunEnvironment } from '../fakes/run-environment.ts';
import { look } from './baseline.ts';

const controller = 'demo-controller-0';
const worker = 'demo-worker-0';
const doing = 'making instances';
const upstream = 'https://dl.k8s.io/release/kubelet';

interface Case {
  readonly what: string;
  /** Name of the fault. */
  goesWrong(world: RunEnvironment): void;
  /** Error code that stops the run; undefined if the run completes without help. */
  readonly stops?: ErrorCode;
}

const forever = 10_000;

const cases: readonly Case[] = [
  ...(
    [
      ['rate-limited', new KthwError('rate-limited', { doing })],
      ['cloud-unavailable', new KthwError('cloud-unavailable', { doing, status: 503 })],
      ['not-ready', new KthwError('not-ready', { doing })],
      ['outcome-unknown', new KthwError('outcome-unknown', { doing })],
      ['operation-slow', new KthwError('operation-slow', { doing, minutes: 10 })],
    ] as const
  ).flatMap(([code, error]): Case[] => [
    { what: `Compute says ${code} three times`, goesWrong: (w) => onInsert(w, error, 'before', 3) },
    { what: `Compute makes the machine and says ${code}`, goesWrong: (w) => onInsert(w, error, 'after', 1) },
    { what: `Compute says ${code} without end`, goesWrong: (w) => onInsert(w, error, 'before', forever), stops: code },
  ]),
  ...(
    [
      ['quota', new KthwError('quota', { doing })],
      ['zone-exhausted', new KthwError('zone-exhausted', { doing, zone: 'us-west1-c' })],
      ['cloud-denied', new KthwError('cloud-denied', { doing })],
      ['cloud-invalid', new KthwError('cloud-invalid', { doing })],
    ] as const
  ).map(
    ([code, error]): Case => ({
      what: `Compute says ${code}`,
      goesWrong: (w) => onInsert(w, error, 'before', 1),
      stops: code,
    }),
  ),
  {
    what: 'a machine does not answer for three tries',
    goesWrong: (w) =>
      onMachine(w, /^apply .* kubelet/, new KthwError('ssh-unreachable', { host: worker }), 'before', 3),
  },
  {
    what: 'a machine never answers',
    goesWrong: (w) => void w.ssh.unreachable.add(worker),
    stops: 'ssh-unreachable',
  },
  {
    what: 'a connection is cut in a write',
    goesWrong: (w) => onMachine(w, /^write-rest .* certificates/, cut('writing')),
  },
  {
    what: 'a connection is cut before a command did anything',
    goesWrong: (w) => onMachine(w, /^apply .* etcd/, cut('running a command')),
  },
  {
    what: 'a connection is cut when a command has done its work',
    goesWrong: (w) => onMachine(w, /^apply .* control-plane/, cut('running a command'), 'after'),
  },
  {
    what: 'a connection is cut in a look',
    goesWrong: (w) => onMachine(w, /^probe .* containerd/, cut('looking')),
  },
  {
    what: 'somebody else answers at the address of a machine',
    goesWrong: (w) => onMachine(w, /^write .* kubeconfigs/, new KthwError('ssh-host-key', { host: worker })),
    stops: 'ssh-host-key',
  },
  {
    what: 'a disk is full',
    goesWrong: (w) => onMachine(w, /^write .* kubelet/, new KthwError('disk-full', { host: worker, doing: 'writing' })),
    stops: 'disk-full',
  },
  {
    what: 'a download has the wrong checksum',
    goesWrong: (w) =>
      w.ssh.planExit(new RegExp(`^apply ${worker} downloads`), { exitCode: 65, stderr: `bad ${upstream}\n` }),
    stops: 'checksum',
  },
  {
    what: 'a command fails twice',
    goesWrong: (w) => w.ssh.planExit(/^apply .* downloads\/packages/, { exitCode: 100, stderr: 'no route to host' }, 2),
  },
  {
    what: 'a command fails without end',
    goesWrong: (w) =>
      w.ssh.planExit(/^apply .* downloads\/packages/, { exitCode: 100, stderr: 'no route to host' }, forever),
    stops: 'command-failed',
  },
  {
    what: 'the API server is away for a while',
    goesWrong: (w) => onApi(w, /^GET \/readyz/, 5),
  },
  {
    what: 'the API server never answers',
    goesWrong: (w) => onApi(w, /^GET \/readyz/, forever),
    stops: 'api-unreachable',
  },
  {
    what: 'the API server takes an object and its answer is lost',
    goesWrong: (w) => onApi(w, /^APPLY .*\/secrets\/smoke/, 1, 'after'),
  },
];

describe('a create with a fault', () => {
  test.each(cases.filter(({ stops }) => !stops))('completes when $what', async ({ goesWrong }) => {
    const world = new RunEnvironment();
    goesWrong(world);
    const run = await world.createCluster(world.createProcess());
    expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
    expect(
      (await world.listEvents(run, 'step.failed')).length + world.compute.faults.countCalls(/^insert/),
    ).toBeGreaterThan(0);
    expect(await look(world, buildSpec())).toMatchObject({ ends: 1, madeAgain: [], unsteady: [], troubles: [] });
    await world.close();
  });

  test.each(cases.filter(({ stops }) => stops))('stops with an error when $what, and can be resumed', async (c) => {
    const world = new RunEnvironment();
    c.goesWrong(world);
    const process = world.createProcess();
    const run = await world.createCluster(process);
    expect(await world.getOutcome(run)).toBe('failed');
    const troubles = (await process.clusterService.getRunView(run))?.problems ?? [];
    expect(troubles.map(({ error }) => error?.code)).toContain(c.stops);
    expect(troubles.every(({ error }) => error && error.remedy !== '')).toBe(true);
    const done = new Set((await world.listEvents(run, 'step.finished')).map(({ step }) => step));
    const before = (await world.store.readEvents(run)).length;

    world.clearFaults();
    await world.finishRun(process.clusterService.resumeRun('demo', world.requester));
    expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
    const later = (await world.store.readEvents(run, before)).map(({ event }) => event);
    const again = later.flatMap((event) => (event.type === 'step.started' && done.has(event.step) ? [event.step] : []));
    expect(again).toEqual([]);
    expect(await look(world, buildSpec())).toMatchObject({ ends: 2, madeAgain: [], unsteady: [], troubles: [] });
    await world.close();
  });

  test('continues after an instance reboots', async () => {
    const world = new RunEnvironment();
    const process = world.createProcess({
      onKillPoint(step, point) {
        if (step !== `control-plane/${controller}` || point !== 'after-call') return;
        world.ssh.findHostByName(controller)?.reboot();
        world.ssh.unreachable.add(controller);
        void world.clock
          .sleep(40_000, new AbortController().signal)
          .then(() => world.ssh.unreachable.delete(controller));
      },
    });
    const run = await world.createCluster(process);
    expect(await world.getOutcome(run), await world.describeLastEvents(run)).toBe('succeeded');
    expect(await look(world, buildSpec())).toMatchObject({ madeAgain: [], unsteady: [], troubles: [] });
    await world.close();
  });

  test('continues after a brief store outage at any write', async () => {
    for (const call of ['append', 'renewLease', 'readEvents', 'acquireLease', 'write', 'read']) {
      const world = new RunEnvironment();
      let left = 1;
      const process = world.createProcess({
        onStoreCall(made, when) {
          if (made !== call || when !== 'before' || left === 0 || (beforeAnything(world) && call !== 'acquireLease'))
            return;
          left--;
          throw new Error('the store does not answer');
        },
      });
      const run = await world.createCluster(process);
      expect(await world.getOutcome(run), call).toBe('succeeded');
      expect(left, call).toBe(0);
      await world.close();
    }
  });
});

/** The store works until the cluster's first resource exists, so that a run is started at all. */
function beforeAnything(world: RunEnvironment): boolean {
  return world.compute.listResourceNames().length === 0;
}

function onInsert(world: RunEnvironment, error: Error, when: 'before' | 'after', times: number): void {
  world.compute.faults.plan({ call: new RegExp(`^insert instances ${controller}`), when, times, error: () => error });
}

function onMachine(
  world: RunEnvironment,
  call: RegExp,
  error: Error,
  when: 'before' | 'after' = 'before',
  times = 1,
): void {
  world.ssh.faults.plan({ call, when, times, error: () => error });
}

function onApi(world: RunEnvironment, call: RegExp, times: number, when: 'before' | 'after' = 'before'): void {
  world.kube.faults.plan({ call, when, times, error: () => new KthwError('api-unreachable', { address: '35.0.0.1' }) });
}

function cut(what: string): KthwError {
  return new KthwError('ssh-cut', { host: controller, doing: what });
}
