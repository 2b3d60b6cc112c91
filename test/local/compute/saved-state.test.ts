import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InMemoryMachineBackend } from '../../../local/compute/in-memory-machine-backend.ts';
import { startComputeEmulator } from '../../../local/compute/start-compute-emulator.ts';
import { bodies, type Json, region, zone } from './compute-emulator.ts';

let folder: string;
let stateFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kthw-compute-'));
  stateFile = join(folder, 'resources.json');
});
afterEach(async () => await rm(folder, { recursive: true }));

/** An emulator on the state file. Operations stay PENDING while `isPaused`. */
async function start(machines = new InMemoryMachineBackend()) {
  const log: string[] = [];
  const pause = { isPaused: false };
  const emulator = await startComputeEmulator({
    machines,
    stateFile,
    log: (line) => log.push(line),
    sleep: (_, signal) =>
      pause.isPaused
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : Promise.resolve(),
  });
  const headers = { authorization: `Bearer ${emulator.token}` };
  const send = async (method: string, path: string, body?: object) => {
    const url = `${emulator.url}/compute/v1/projects/p/${path}`;
    const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const change = async (method: string, path: string, body?: object) => {
    const { body: operation } = await send(method, path, body);
    if (!pause.isPaused) await fetch(`${operation.selfLink}/wait`, { method: 'POST', headers, body: '""' });
    return operation;
  };
  return { emulator, machines, log, pause, send, change };
}

async function createInstances({ change }: Awaited<ReturnType<typeof start>>, ...names: readonly string[]) {
  await change('POST', 'global/networks', bodies.network());
  await change('POST', `${region}/subnetworks`, bodies.subnetwork());
  for (const name of names) await change('POST', `${zone}/instances`, bodies.instance(name));
}

test('restores resources, boots running instances and keeps their addresses', async () => {
  const first = await start();
  await createInstances(first, 'runs', 'stopped');
  await first.change('POST', `${zone}/instances/stopped/stop`);
  const { body: before } = await first.send('GET', `${zone}/instances/runs`);
  await first.emulator.close();
  expect((await stat(stateFile)).mode & 0o777).toBe(0o600);

  const second = await start();
  const { body: after } = await second.send('GET', `${zone}/instances/runs`);
  expect(after).toMatchObject({ id: before.id, status: 'RUNNING' });
  expect(after.networkInterfaces[0].networkIP).toBe(before.networkInterfaces[0].networkIP);
  expect(after.networkInterfaces[0].accessConfigs).toEqual(before.networkInterfaces[0].accessConfigs);
  expect((await second.send('GET', `${zone}/instances/stopped`)).body.status).toBe('TERMINATED');
  expect([...second.machines.machines].map(([name, { running }]) => [name, running])).toEqual([
    ['runs', true],
    ['stopped', false],
  ]);
  expect([...second.machines.networks.keys()]).toEqual(['net']);
  expect(second.log).toEqual([
    'instance "runs" is running again, from its disk',
    'instance "stopped" is still stopped',
  ]);
  await second.change('DELETE', `${zone}/instances/runs`);
  expect((await second.send('GET', `${zone}/disks/runs`)).status).toBe(404);
  await second.emulator.close();
});

test('shows an instance whose disk is lost as terminated', async () => {
  const first = await start();
  await createInstances(first, 'vm');
  await first.emulator.close();
  const machines = new InMemoryMachineBackend();
  machines.lostDisks.add('vm');
  const second = await start(machines);
  expect(second.log).toEqual(['instance "vm" is terminated: its disk is lost']);
  const { body } = await second.send('GET', `${zone}/instances/vm`);
  expect(body.status).toBe('TERMINATED');
  expect(body.networkInterfaces[0].accessConfigs[0].natIP).toBeUndefined();
  await second.emulator.close();
});

test('rolls back an interrupted insert, completes an interrupted delete, and fails other operations', async () => {
  const first = await start();
  await createInstances(first, 'kept', 'deleted');
  first.pause.isPaused = true;
  const inserting = await first.change('POST', `${zone}/instances`, bodies.instance('new'));
  const deleting = await first.change('DELETE', `${zone}/instances/deleted`);
  const stopping = await first.change('POST', `${zone}/instances/kept/stop`);
  await first.emulator.close();

  const second = await start();
  const { body: list } = await second.send('GET', `${zone}/instances`);
  expect(list.items.map(({ name, status }: { name: string; status: string }) => [name, status])).toEqual([
    ['kept', 'RUNNING'],
  ]);
  expect((await second.send('GET', `${zone}/disks`)).body.items).toHaveLength(1);
  const findOperation = async ({ name }: Json) => (await second.send('GET', `${zone}/operations/${name}`)).body;
  const failure = { status: 'DONE', error: { errors: [{ code: 'INTERNAL_ERROR' }] } };
  expect(await findOperation(inserting)).toMatchObject(failure);
  expect(await findOperation(stopping)).toMatchObject(failure);
  expect(await findOperation(deleting)).toMatchObject({ status: 'DONE' });
  expect(await findOperation(deleting)).not.toHaveProperty('error');
  await second.emulator.close();
});

test('returns the original operation for a request that is repeated after a restart', async () => {
  const first = await start();
  const id = '0a0a0a0a-0000-4000-8000-000000000001';
  const operation = await first.change('POST', `global/networks?requestId=${id}`, bodies.network());
  await first.emulator.close();
  const second = await start();
  const repeated = await second.change('POST', `global/networks?requestId=${id}`, bodies.network());
  expect(repeated.name).toBe(operation.name);
  await second.emulator.close();
});
