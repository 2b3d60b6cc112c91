import { describe, expect, test } from 'vitest';
import { samples } from '../../../local/gallery/samples.ts';
import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import type { CommandDeps } from '../../../src/commands/routing/command.ts';
import { routeButton } from '../../../src/commands/routing/route-button.ts';
import { routeModalSubmission } from '../../../src/commands/routing/route-modal.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Process, RunEnvironment } from '../../fakes/run-environment.ts';
import { buildSpec } from '../../fakes/run-environment.ts';
import { createSampleCatalog, createSampleVersions } from '../../fixtures/compute-catalog.ts';
import { createEnvironment } from '../../fixtures/ready-cluster.ts';
import { buildCreateDefaults, channel } from '../../fixtures/run.ts';

const ada = { team: 'T1', user: 'ADA' };
const grace = { team: 'T1', user: 'GRACE' };

interface SampleButton {
  readonly id: string;
  readonly value: Record<string, unknown>;
}

/** They act on the current cluster: send its kubeconfig, extend the shown expiry, or create it unless it exists. */
const currentActions = ['home.kubeconfig', 'ttl.extend', 'create.retry'];

/** Each kind of button that a sample has: its action id with the fields of its value. */
const sampleButtons = [
  ...new Map(
    samples
      .flatMap(({ message }) => listButtons(message))
      .map((button) => [`${button.id} ${Object.keys(button.value).join()}`, button] as const),
  ).values(),
].filter(({ id }) => !currentActions.includes(id));

function listButtons(node: unknown): SampleButton[] {
  if (typeof node !== 'object' || node === null) return [];
  const own =
    'type' in node && node.type === 'button' && 'action_id' in node && 'value' in node
      ? [{ id: String(node.action_id), value: toObject(JSON.parse(String(node.value))) }]
      : [];
  return [...own, ...Object.values(node).flatMap(listButtons)];
}

function toObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

interface Shown {
  /** The run of the buttons. */
  readonly run: string;
  readonly expiresAt: string;
}

/** What happened after a message with buttons was posted. */
const laterStates: Readonly<Record<string, (environment: RunEnvironment, process: Process) => Promise<void>>> = {
  'a scaling': async (environment, { clusterService }) => {
    await environment.finishRun(clusterService.scaleCluster('demo', { workers: 2, requester: grace, channel }));
  },
  'a resize': async (environment, { clusterService }) => {
    const machineType = 'e2-standard-4';
    await environment.finishRun(clusterService.resizeCluster('demo', { machineType, requester: grace, channel }));
  },
  'a rebuild': async (environment, { clusterService }) => {
    const request = { fromPhase: 'controllers', requester: grace, channel };
    await environment.finishRun(clusterService.rebuildCluster('demo', request));
  },
  'a cancelled scaling': async (environment, process) => {
    const started = await process.clusterService.scaleCluster('demo', { workers: 3, requester: grace, channel });
    const run = 'run' in started ? started.run : '';
    for (;;) {
      if ((await environment.listEvents(run, 'step.finished')).length > 1) break;
      await environment.clock.sleep(100, new AbortController().signal);
    }
    await process.clusterService.cancelRun('demo', grace);
    await environment.waitForRun(run);
  },
  'a deletion': async (environment, { clusterService }) => {
    await environment.finishRun(clusterService.deleteCluster('demo', grace, channel));
  },
  'a deletion and a new cluster of the same name': async (environment, process) => {
    await environment.finishRun(process.clusterService.deleteCluster('demo', grace, channel));
    await create(environment, process);
  },
};

describe.each(Object.entries(laterStates))('after %s', (_, change) => {
  test('no button of an earlier message changes anything, and each press is answered', async () => {
    const { environment, process } = createEnvironment();
    const shown = await create(environment, process);
    await change(environment, process);
    const before = await readState(environment.store);
    for (const button of sampleButtons) {
      await press(button, shown, process);
      expect([button, await readState(environment.store)]).toEqual([button, before]);
    }
  });
});

test('the samples contain each button that changes a cluster', () => {
  expect([...new Set(sampleButtons.map(({ id }) => id))].sort()).toEqual(
    expect.arrayContaining([
      'approval.approve',
      'approval.reject',
      'delete.confirm',
      'home.delete',
      'pause.continue',
      'resize.confirm',
      'resume.run',
      'revoke.confirm',
      'scale.confirm',
    ]),
  );
});

async function create(environment: RunEnvironment, { clusterService }: Process): Promise<Shown> {
  const request = { spec: buildSpec(), requester: ada, channel, ttlMs: 3_600_000 };
  const run = await environment.finishRun(clusterService.createCluster(request));
  return { run, expiresAt: (await environment.store.read('cluster', 'demo'))?.value.expiresAt ?? '' };
}

/** Presses a button of an earlier message. Types the name into the modal that it opens. */
async function press({ id, value }: SampleButton, shown: Shown, { clusterService }: Process): Promise<void> {
  const deps: CommandDeps = {
    clusterService,
    computeCatalog: createSampleCatalog(),
    versionCatalog: createSampleVersions(),
    defaults: buildCreateDefaults(),
    policy: allowAllPolicy,
    authorize: async () => undefined,
  };
  const replaced = Object.fromEntries(
    Object.entries(value).map(([key, old]) => [key, { cluster: 'demo', ...shown }[key] ?? old]),
  );
  const routed = routeButton(id, JSON.stringify(replaced), { requester: grace, channel });
  // Slack opens links and changes pages without a route.
  if (!routed) return;
  if ('immediateReply' in routed) throw new Error(`${id}: ${routed.immediateReply.message.text}`);
  if ('openModal' in routed) {
    const { view } = routed.openModal(deps);
    const payload = { id: view.callback_id ?? '', metadata: view.private_metadata ?? '', input: { name: 'demo' } };
    if (id.includes('create')) return;
    const submitted = routeModalSubmission(payload, grace, deps);
    if (submitted && 'route' in submitted && 'execute' in submitted.route)
      expect((await submitted.route.execute(deps)).message.text).not.toBe('');
    return;
  }
  expect((await routed.execute(deps)).message.text).not.toBe('');
}

/** Everything that a button could change. */
async function readState(store: Store): Promise<unknown> {
  const runs = await store.list('run');
  const [clusters, decisions, grants, extensions, ...events] = await Promise.all([
    store.list('cluster'),
    store.list('decision'),
    store.list('kubeconfigGrant'),
    store.list('ttlExtension'),
    ...runs.map(({ id }) => store.readEvents(id)),
  ]);
  const values = [clusters, runs, decisions, extensions, grants].map((records) =>
    records.map(({ id, value }) => ({ id, value })),
  );
  return { values, events };
}
