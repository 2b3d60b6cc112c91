import { describe, expect, test } from 'vitest';
import { type ErrorCode, KthwError } from '../../src/engine/cluster/errors.ts';
import { buildSpec, RunEnvironment } from '../fakes/run-environment.ts';
import { inspectCluster } from './inspect-cluster.ts';

const controller = 'demo-controller-0';
const worker = 'demo-worker-0';
const doing = 'making instances';
const upstream = 'https://dl.k8s.io/release/kubelet';

interface Case {
  readonly fault: string;
  /** Name of the fault. */
  inject(environment: RunEnvironment): void;
  /** Error code that stops the run; undefined if the run completes without help. */
  readonly expectedCode?: ErrorCode;
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
    { fault: `Compute Engine responds ${code} three times`, inject: (w) => failInsert(w, error, 'before', 3) },
    {
      fault: `Compute Engine creates the instance and responds ${code}`,
      inject: (w) => failInsert(w, error, 'after', 1),
    },
    {
      fault: `Compute Engine always responds ${code}`,
      inject: (w) => failInsert(w, error, 'before', forever),
      expectedCode: code,
    },
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
      fault: `Compute Engine responds ${code}`,
      inject: (w) => failInsert(w, error, 'before', 1),
      expectedCode: code,
    }),
  ),
  {
    fault: 'an instance is unreachable for three attempts',
    inject: (w) =>
      failHostCall(w, /^apply .* kubelet/, new KthwError('ssh-unreachable', { host: worker }), 'before', 3),
  },
  {
    fault: 'an instance is always unreachable',
    inject: (w) => void w.ssh.unreachable.add(worker),
    expectedCode: 'ssh-unreachable',
  },
  {
    fault: 'a connection is lost during a write',
    inject: (w) => failHostCall(w, /^write-rest .* certificates/, createCutError('writing')),
  },
  {
    fault: 'a connection is lost before a command takes effect',
    inject: (w) => failHostCall(w, /^apply .* etcd/, createCutError('running a command')),
  },
  {
    fault: 'a connection is lost after a command took effect',
    inject: (w) => failHostCall(w, /^apply .* control-plane/, createCutError('running a command'), 'after'),
  },
  {
    fault: 'a connection is lost during a check',
    inject: (w) => failHostCall(w, /^probe .* containerd/, createCutError('looking')),
  },
  {
    fault: 'an instance presents other host keys',
    inject: (w) => failHostCall(w, /^write .* kubeconfigs/, new KthwError('ssh-host-key', { host: worker })),
    expectedCode: 'ssh-host-key',
  },
  {
    fault: 'a disk is full',
    inject: (w) => failHostCall(w, /^write .* kubelet/, new KthwError('disk-full', { host: worker, doing: 'writing' })),
    expectedCode: 'disk-full',
  },
  {
    fault: 'a download has the wrong checksum',
    inject: (w) =>
      w.ssh.planExit(new RegExp(`^apply ${worker} downloads`), {
        exitCode: 69,
        stderr: `download failed: ${upstream}: checksum mismatch\n`,
      }),
    expectedCode: 'checksum',
  },
  {
    fault: 'a download is missing',
    inject: (w) =>
      w.ssh.planExit(new RegExp(`^apply ${worker} downloads`), {
        exitCode: 69,
        stderr: `download failed: ${upstream}: HTTP 404\n`,
      }),
    expectedCode: 'download-missing',
  },
  {
    fault: 'a download fails twice',
    inject: (w) =>
      w.ssh.planExit(
        new RegExp(`^apply ${worker} downloads`),
        { exitCode: 69, stderr: `download failed: ${upstream}: HTTP 503\n` },
        2,
      ),
  },
  {
    fault: 'a command fails twice',
    inject: (w) => w.ssh.planExit(/^apply .* downloads\/packages/, { exitCode: 100, stderr: 'no route to host' }, 2),
  },
  {
    fault: 'a command fails without end',
    inject: (w) =>
      w.ssh.planExit(/^apply .* downloads\/packages/, { exitCode: 100, stderr: 'no route to host' }, forever),
    expectedCode: 'command-failed',
  },
  {
    fault: 'the API server is unavailable for a while',
    inject: (w) => failApiCall(w, /^GET \/readyz/, 5),
  },
  {
    fault: 'the API server never responds',
    inject: (w) => failApiCall(w, /^GET \/readyz/, forever),
    expectedCode: 'api-unreachable',
  },
  {
    fault: 'the API server stores an object and its response is lost',
    inject: (w) => failApiCall(w, /^APPLY .*\/secrets\/smoke/, 1, 'after'),
  },
];

describe('a create with a fault', () => {
  test.each(cases.filter(({ expectedCode }) => !expectedCode))('completes when $fault', async ({ inject }) => {
    const environment = new RunEnvironment();
    inject(environment);
    const run = await environment.createCluster(environment.createProcess());
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(
      (await environment.listEvents(run, 'step.failed')).length + environment.compute.faults.countCalls(/^insert/),
    ).toBeGreaterThan(0);
    expect(await inspectCluster(environment, buildSpec())).toMatchObject({
      endCount: 1,
      duplicates: [],
      unsteadySteps: [],
      problems: [],
    });
    await environment.close();
  });

  test.each(cases.filter(({ expectedCode }) => expectedCode))(
    'stops with an error when $fault, and can be resumed',
    async (c) => {
      const environment = new RunEnvironment();
      c.inject(environment);
      const process = environment.createProcess();
      const run = await environment.createCluster(process);
      expect(await environment.getOutcome(run)).toBe('failed');
      const problems = (await process.clusterService.getRunView(run))?.problems ?? [];
      expect(problems.map(({ error }) => error?.code)).toContain(c.expectedCode);
      expect(problems.every(({ error }) => error && error.remedy !== '')).toBe(true);
      const done = new Set((await environment.listEvents(run, 'step.finished')).map(({ step }) => step));
      const before = (await environment.store.readEvents(run)).length;

      environment.clearFaults();
      await environment.finishRun(process.clusterService.resumeRun('demo', environment.requester));
      expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
      const later = (await environment.store.readEvents(run, before)).map(({ event }) => event);
      const again = later.flatMap((event) =>
        event.type === 'step.started' && done.has(event.step) ? [event.step] : [],
      );
      expect(again).toEqual([]);
      expect(await inspectCluster(environment, buildSpec())).toMatchObject({
        endCount: 2,
        duplicates: [],
        unsteadySteps: [],
        problems: [],
      });
      await environment.close();
    },
  );

  test('continues after an instance reboots', async () => {
    const environment = new RunEnvironment();
    const process = environment.createProcess({
      onKillPoint(step, point) {
        if (step !== `control-plane/${controller}` || point !== 'after-call') return;
        environment.ssh.findHostByName(controller)?.reboot();
        environment.ssh.unreachable.add(controller);
        void environment.clock
          .sleep(40_000, new AbortController().signal)
          .then(() => environment.ssh.unreachable.delete(controller));
      },
    });
    const run = await environment.createCluster(process);
    expect(await environment.getOutcome(run), await environment.describeLastEvents(run)).toBe('succeeded');
    expect(await inspectCluster(environment, buildSpec())).toMatchObject({
      duplicates: [],
      unsteadySteps: [],
      problems: [],
    });
    await environment.close();
  });

  test('continues after a brief store outage at any write', async () => {
    for (const call of ['append', 'renewLease', 'readEvents', 'acquireLease', 'write', 'read']) {
      const environment = new RunEnvironment();
      let left = 1;
      const process = environment.createProcess({
        onStoreCall(made, when) {
          if (
            made !== call ||
            when !== 'before' ||
            left === 0 ||
            (hasNoResources(environment) && call !== 'acquireLease')
          )
            return;
          left--;
          throw new Error('the store does not answer');
        },
      });
      const run = await environment.createCluster(process);
      expect(await environment.getOutcome(run), call).toBe('succeeded');
      expect(left, call).toBe(0);
      await environment.close();
    }
  });
});

/** The store works until the cluster's first resource exists, so that a run is started at all. */
function hasNoResources(environment: RunEnvironment): boolean {
  return environment.compute.listResourceNames().length === 0;
}

function failInsert(environment: RunEnvironment, error: Error, when: 'before' | 'after', times: number): void {
  environment.compute.faults.plan({
    call: new RegExp(`^insert instances ${controller}`),
    when,
    times,
    error: () => error,
  });
}

function failHostCall(
  environment: RunEnvironment,
  call: RegExp,
  error: Error,
  when: 'before' | 'after' = 'before',
  times = 1,
): void {
  environment.ssh.faults.plan({ call, when, times, error: () => error });
}

function failApiCall(
  environment: RunEnvironment,
  call: RegExp,
  times: number,
  when: 'before' | 'after' = 'before',
): void {
  environment.kube.faults.plan({
    call,
    when,
    times,
    error: () => new KthwError('api-unreachable', { address: '35.0.0.1' }),
  });
}

function createCutError(fault: string): KthwError {
  return new KthwError('ssh-cut', { host: controller, doing: fault });
}
