import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { samples } from '../../../local/gallery/samples.ts';
import { createAuthorizer } from '../../../src/commands/authorization/authorizer.ts';
import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import { commandRegistry } from '../../../src/commands/routing/command-registry.ts';
import { handleRequest, openModal } from '../../../src/commands/routing/handle-request.ts';
import type { ModalRoute, Route } from '../../../src/commands/routing/route.ts';
import { routeButton } from '../../../src/commands/routing/route-button.ts';
import { routeCommand } from '../../../src/commands/routing/route-command.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import { FakeChat } from '../../fakes/chat.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { type Process, RunEnvironment } from '../../fakes/run-environment.ts';
import { createSampleCatalog, createSampleVersions } from '../../fixtures/compute-catalog.ts';
import { createReadyCluster } from '../../fixtures/ready-cluster.ts';
import { buildCreateDefaults } from '../../fixtures/run.ts';

const [creator, reader] = ['U1', 'U9'].map((user) => ({ team: 'T1', user })) as [Person, Person];
const channel = 'C1';
const defaults = { ...buildCreateDefaults(), phases: phases.map(({ name }) => name) };
/** Calls of Compute Engine that change something: the SSH firewall rule and the keys in metadata among them. */
let requestCount = 0;
const changes = /^(stop|start|set\w+|insert|create|delete|add|remove) /;
type Person = { readonly team: string; readonly user: string };

/** The examples of each command, and `/kthw COMMAND demo`. */
const commands = commandRegistry.flatMap(({ name, examples }) => [
  ...examples.map((example) => example.slice('/kthw '.length)),
  `${name} demo`,
]);

interface SampleButton {
  readonly id: string;
  readonly value: Record<string, unknown>;
}

/** Each kind of button of the samples: its action id with the fields of its value. */
const buttons = [
  ...new Map(
    samples
      .flatMap(({ message }) => listButtons(message))
      .map((button) => [`${button.id} ${Object.keys(button.value).join()}`, button] as const),
  ),
];

function listButtons(node: unknown): SampleButton[] {
  if (typeof node !== 'object' || node === null) return [];
  const own =
    'type' in node && node.type === 'button' && 'action_id' in node && 'value' in node
      ? [{ id: String(node.action_id), value: Object(JSON.parse(String(node.value))) }]
      : [];
  return [...own, ...Object.values(node).flatMap(listButtons)];
}

/** Handles a request as the Slack server does, and returns the number of changes in Compute Engine. */
async function countChanges(
  { environment, process }: { readonly environment: RunEnvironment; readonly process: Process },
  requester: Person,
  route: Route | ModalRoute,
): Promise<number> {
  const { store, compute } = environment;
  const chat = new FakeChat(new FakeClock());
  const policy = { ...allowAllPolicy, creators: [creator] };
  const { clusterService } = process;
  const now = () => new Date();
  const authorize = createAuthorizer({ policy, store, clusterService, chat, now, log: () => {} });
  const catalogs = { computeCatalog: createSampleCatalog(), versionCatalog: createSampleVersions() };
  const commandDeps = { clusterService, ...catalogs, defaults, policy, authorize };
  const deps = { store, commandDeps, chat, authorize, authorizeMember: authorize, now, log: () => {} };
  const request = { id: `request ${++requestCount}`, origin: { requester, channel }, respond: async () => {} };
  const before = compute.faults.countCalls(changes);
  if ('immediateReply' in route) return 0;
  if ('openModal' in route) await openModal('t1', route.openModal(commandDeps), request, deps);
  else await handleRequest({ ...request, ...route }, deps);
  return compute.faults.countCalls(changes) - before;
}

describe('a read-only user', () => {
  // Shared, because no request changes it.
  let cluster: { environment: RunEnvironment; process: Process };
  beforeAll(async () => {
    const environment = new RunEnvironment();
    cluster = { environment, process: environment.createProcess() };
    await environment.createCluster(cluster.process, { controllers: 1, workers: 1 });
  });
  afterAll(() => cluster.environment.close());

  test.each(commands)('changes nothing with %s', async (text) => {
    const runs = await cluster.environment.store.list('run');
    const route = routeCommand(text, { requester: reader, channel }, defaults);
    expect(await countChanges(cluster, reader, route)).toBe(0);
    expect(await cluster.environment.store.list('run')).toEqual(runs);
  });

  test.each(buttons)('changes nothing with the button %s', async (_, { id, value }) => {
    const runs = await cluster.environment.store.list('run');
    const shown = { cluster: 'demo', run: runs.at(-1)?.id, phase: 'etcd' };
    const replaced = Object.entries(value).map(([key, old]) => [key, { ...shown }[key] ?? old]);
    const route = routeButton(id, JSON.stringify(Object.fromEntries(replaced)), { requester: reader, channel });
    if (route) expect(await countChanges(cluster, reader, route)).toBe(0);
    expect(await cluster.environment.store.list('run')).toEqual(runs);
  });

  test('is told by doctor which checks need the permission to change clusters', async () => {
    const { process } = cluster;
    const report = await process.clusterService.runDoctor('demo', 'api');
    expect(report).toMatchObject({ access: 'api', issues: [] });
    const snapshot = await process.clusterService.getSnapshot('demo', 'api');
    expect(snapshot).toMatchObject({ errors: ['services and etcd: needs SSH, and you have read-only access'] });
  });
});

test.each(['doctor demo', 'status demo'])('a creator enables SSH with %s', async (text) => {
  const cluster = await createReadyCluster({ controllers: 1, workers: 1 });
  await cluster.environment.clock.sleep(60_000, new AbortController().signal);
  const route = routeCommand(text, { requester: creator, channel }, defaults);
  expect(await countChanges(cluster, creator, route)).toBeGreaterThan(0);
});
