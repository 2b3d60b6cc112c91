import type { Button } from '@slack/types';
import { expect, onTestFinished, test } from 'vitest';
import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import type { Message } from '../../../src/commands/messages/blocks.ts';
import type { CommandDeps } from '../../../src/commands/routing/command.ts';
import type { Route } from '../../../src/commands/routing/route.ts';
import { routeButton } from '../../../src/commands/routing/route-button.ts';
import { routeCommand } from '../../../src/commands/routing/route-command.ts';
import { type Process, RunEnvironment } from '../../fakes/run-environment.ts';
import { createSampleCatalog, createSampleVersions } from '../../fixtures/compute-catalog.ts';
import { createEnvironment, createReadyCluster } from '../../fixtures/ready-cluster.ts';
import { buildCreateDefaults, channel, testUser } from '../../fixtures/run.ts';

const origin = { requester: testUser, channel };
const defaults = buildCreateDefaults();

test('Create with a larger machine type repeats the refused create with all of its other flags', async () => {
  const { environment, process } = createEnvironment();
  const refused = await type('create demo --controllers 1 --workers 2 --ttl 8h --machine-type f1-micro', process);
  expect(listButtons(refused).map(({ text }) => text.text)).toEqual(['Create with e2-standard-2']);
  expect((await press(refused, process)).text).toContain('Creating');
  const cluster = (await environment.store.read('cluster', 'demo'))?.value;
  expect(cluster?.spec).toMatchObject({ controllers: 1, workers: 2, machineType: 'e2-standard-2' });
  expect(cluster?.expiresAt).toBe(new Date(+environment.clock.now() + 8 * 3_600_000).toISOString());
});

test('Create with an available version repeats the refused create with all of its other flags', async () => {
  const environment = new RunEnvironment({ mirror: 'http://mirror.test' });
  onTestFinished(() => environment.close());
  environment.downloads.failures.push({ match: /release\/v(?!1\.20\.)/, reason: 'HTTP 404' });
  const process = environment.createProcess();
  const refused = await type('create demo --controllers 1 --workers 2 --version 1.36.4', process);
  expect(refused.text).toContain("Kubernetes 1.36.4 can't be downloaded. Available versions: 1.20.2");
  expect(listButtons(refused).map(({ text }) => text.text)).toEqual(['Create with 1.20.2']);
  expect((await press(refused, process)).text).toContain('Creating');
  const cluster = (await environment.store.read('cluster', 'demo'))?.value;
  expect(cluster?.spec).toMatchObject({ controllers: 1, workers: 2, version: '1.20.2' });
});

test('a refused resize offers the larger machine type, unless the cluster has it', async () => {
  const { environment, process } = await createReadyCluster();
  expect(listButtons(await type('resize demo --machine-type f1-micro', process))).toEqual([]);
  await environment.finishRun(
    process.clusterService.resizeCluster('demo', { machineType: 'e2-standard-4', ...origin }),
  );
  const refused = await type('resize demo --machine-type f1-micro', process);
  expect(listButtons(refused).map(({ text }) => text.text)).toEqual(['Resize to e2-standard-2']);
  expect((await press(refused, process)).text).toContain('Planning the resize');
});

test('a create of an existing cluster with another number of workers offers to scale it', async () => {
  const { environment, process } = await createReadyCluster();
  const refused = await type('create demo --controllers 1 --workers 2', process);
  expect(listButtons(refused).map(({ text }) => text.text)).toEqual(['Scale to 2 workers']);
  expect((await press(refused, process)).text).toContain('Scaling');
  const run = (await environment.store.read('cluster', 'demo'))?.value.activeRun ?? '';
  await environment.waitForRun(run);
  expect((await process.clusterService.getStatus('demo'))?.record.spec.workers).toBe(2);
});

test.each([
  ['two settings differ', 'create demo --controllers 3 --workers 2'],
  ['a setting differs that no operation changes', 'create demo --controllers 1 --workers 1 --pod-cidr 10.160.0.0/11'],
])('offers no button when %s', async (_, command) => {
  const { process } = await createReadyCluster();
  const refused = await type(command, process);
  expect(refused.text).toContain('different settings');
  expect(listButtons(refused)).toEqual([]);
});

test('rebuild refuses a machine type that is too small before it asks for approval', async () => {
  const { environment, process } = await createReadyCluster();
  const refused = await type('rebuild demo --from controllers --machine-type f1-micro', process);
  expect(refused.text).toContain('f1-micro is too small');
  expect((await environment.store.read('cluster', 'demo'))?.value.runs).toHaveLength(1);
});

async function type(text: string, process: Process): Promise<Message> {
  return await execute(routeCommand(text, origin, defaults), process);
}

/** Presses the only button of a message. */
async function press(message: Message, process: Process): Promise<Message> {
  const [button] = listButtons(message);
  return await execute(routeButton(button?.action_id ?? '', button?.value, origin) as Route, process);
}

async function execute(routed: Route, { clusterService }: Process): Promise<Message> {
  if ('immediateReply' in routed) throw new Error(routed.immediateReply.message.text);
  const deps: CommandDeps = {
    clusterService,
    computeCatalog: createSampleCatalog(),
    versionCatalog: createSampleVersions(),
    defaults,
    policy: allowAllPolicy,
    authorize: async () => undefined,
  };
  return (await routed.execute(deps)).message;
}

function listButtons({ blocks }: Message): Button[] {
  return blocks.flatMap((one) => (one.type === 'actions' ? (one.elements as Button[]) : []));
}
