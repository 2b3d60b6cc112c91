import { describe, expect, it } from 'vitest';
import { InMemoryMachineBackend } from '../../../local/compute/in-memory-machine-backend.ts';
import { startComputeEmulator } from '../../../local/compute/start-compute-emulator.ts';
import { bodies, localCloud, region, zone } from './compute-emulator.ts';

/** A clock under test control: delays wait while it is closed. */
class Gate {
  #held: (() => void)[] | undefined;

  pass(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#held === undefined) resolve();
      else this.#held.push(resolve);
    });
  }

  close(): void {
    this.#held = [];
  }

  letOnePass(): void {
    this.#held?.shift()?.();
  }

  open(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const resolve of held) resolve();
  }
}

describe('operations', () => {
  const gate = new Gate();
  const cloud = localCloud({ waitTimeoutMs: 20, sleep: () => gate.pass() });

  it('go from PENDING through RUNNING to DONE; the resource appears when they run', async () => {
    const ask = cloud.on('steps');
    const reach = async (status: string) => {
      await expect.poll(async () => (await ask('GET', `global/operations/${begun.name}`)).body.status).toBe(status);
    };
    gate.close();
    const { body: begun } = await ask('POST', 'global/networks', bodies.network('steps'));
    expect(begun).toMatchObject({
      kind: 'compute#operation',
      status: 'PENDING',
      operationType: 'insert',
      progress: 0,
      targetLink: `${cloud.url()}/compute/v1/projects/steps/global/networks/steps`,
      id: expect.stringMatching(/^\d{19}$/),
    });
    expect((await ask('GET', 'global/networks/steps')).status).toBe(404);
    gate.letOnePass();
    await reach('RUNNING');
    expect((await ask('GET', 'global/networks/steps')).body.id).toBe(begun.targetId);
    gate.open();
    await reach('DONE');
    const { body: ended } = await ask('GET', `global/operations/${begun.name}`);
    expect(ended).toMatchObject({ progress: 100, endTime: expect.any(String), startTime: expect.any(String) });
  });

  it('can be waited for until they are done or the wait times out', async () => {
    const ask = cloud.on('wait');
    gate.close();
    const { body: begun } = await ask('POST', 'global/httpHealthChecks', { name: 'wait' });
    const early = await ask('POST', `global/operations/${begun.name}/wait`, '""');
    expect(early.body.status).toBe('PENDING');
    gate.open();
    await finished(ask, begun.name);
  });

  it('can be found by scope or ID, listed, filtered and deleted', async () => {
    const [ask, done] = [cloud.on('found'), cloud.done('found')];
    const operation = await done('POST', `${region}/addresses`, { name: 'a' });
    expect((await ask('GET', `${region}/operations/${operation.id}`)).body.name).toBe(operation.name);
    expect((await ask('GET', `global/operations/${operation.name}`)).status).toBe(404);
    const listed = await ask(
      'GET',
      `${region}/operations?filter=${encodeURIComponent('operationType=insert AND status=DONE')}`,
    );
    expect(listed.body.items).toEqual([operation]);
    const { body: all } = await ask('GET', 'aggregated/operations');
    expect(all.items[region].operations).toEqual([operation]);
    expect(all.items.global.warning.code).toBe('NO_RESULTS_ON_PAGE');
    expect((await ask('DELETE', `${region}/operations/${operation.name}`)).status).toBe(200);
    expect((await ask('GET', `${region}/operations/${operation.name}`)).status).toBe(404);
  });

  it('are created once per request ID, even if the first response was lost', async () => {
    const [ask, done] = [cloud.on('once'), cloud.done('once')];
    const path = `global/httpHealthChecks?requestId=${crypto.randomUUID()}`;
    const [first, second] = await Promise.all([
      ask('POST', path, { name: 'once' }),
      ask('POST', path, { name: 'once' }),
    ]);
    expect(second.body.name).toBe(first.body.name);
    const later = await done('POST', path, { name: 'once' });
    expect(later).toMatchObject({ name: first.body.name, clientOperationId: path.split('=')[1] });
    expect(later.error).toBeUndefined();
    const { body } = await ask('GET', 'global/operations');
    expect(body.items).toHaveLength(1);
    const elsewhere = path.replace('httpHealthChecks', 'networks');
    expect((await ask('POST', elsewhere, bodies.network('once'))).status).toBe(400);
  });

  it('block requests that need a resource being created or deleted', async () => {
    const [ask, done] = [cloud.on('ready'), cloud.done('ready')];
    const notReady = { status: 400, body: { error: { errors: [{ reason: 'resourceNotReady' }] } } };
    gate.close();
    const { body: making } = await ask('POST', 'global/networks', bodies.network('ready'));
    expect(await ask('POST', 'global/firewalls', bodies.firewall('f', 'ready'))).toMatchObject(notReady);
    expect(await ask('POST', 'global/networks', bodies.network('ready'))).toMatchObject({ status: 409 });
    gate.open();
    await finished(ask, making.name);
    gate.close();
    const { body: going } = await ask('DELETE', 'global/networks/ready');
    expect(await ask('POST', 'global/firewalls', bodies.firewall('f', 'ready'))).toMatchObject(notReady);
    expect(await ask('DELETE', 'global/networks/ready')).toMatchObject(notReady);
    gate.open();
    await finished(ask, going.name);
    await done('POST', 'global/networks', bodies.network('ready'));
  });

  it('fail and roll back when the machine cannot be created', async () => {
    const [ask, done] = [cloud.on('fails'), cloud.done('fails')];
    await done('POST', 'global/networks', bodies.network('fails'));
    await done('POST', `${region}/subnetworks`, bodies.subnetwork('sub', 'fails'));
    cloud.machines.onBeforeOperation = (work) => {
      if (work === 'create') throw new Error('no space left on the disk');
    };
    const failed = await done('POST', `${zone}/instances`, bodies.instance('fails'));
    cloud.machines.onBeforeOperation = () => undefined;
    expect(failed).toMatchObject({
      status: 'DONE',
      httpErrorStatusCode: 500,
      error: { errors: [{ code: 'INTERNAL_ERROR', message: 'no space left on the disk' }] },
    });
    expect((await ask('GET', `${zone}/instances/fails`)).status).toBe(404);
    expect((await ask('GET', `${zone}/disks/fails`)).status).toBe(404);
    await done('POST', `${zone}/instances`, bodies.instance('fails'));
    expect(cloud.machines.machines.has('fails')).toBe(true);
  });

  it('last until the machine work is finished', async () => {
    const [ask, done] = [cloud.on('slow'), cloud.done('slow')];
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    cloud.machines.onBeforeOperation = (work, name) =>
      work === 'shapeNetwork' && name === 'slow' ? released : undefined;
    const { body: begun } = await ask('POST', 'global/networks', bodies.network('slow'));
    const status = async () => (await ask('POST', `global/operations/${begun.name}/wait`, '""')).body.status;
    await expect.poll(status).toBe('RUNNING');
    expect(await status()).toBe('RUNNING');
    release();
    await finished(ask, begun.name);
    cloud.machines.onBeforeOperation = () => undefined;
    await done('DELETE', 'global/networks/slow');
  });

  it('finish before the emulator shuts down', async () => {
    const machines = new InMemoryMachineBackend();
    const order: string[] = [];
    const closing = await startComputeEmulator({ machines, operationDelayMs: 0 });
    let release = () => {};
    const working = new Promise<void>((resolve) => {
      machines.onBeforeOperation = async () => {
        resolve();
        await new Promise<void>((go) => {
          release = go;
        });
        order.push('worked');
      };
    });
    const path = `${closing.url}/compute/v1/projects/p/global/networks`;
    const headers = { authorization: `Bearer ${closing.token}` };
    await fetch(path, { method: 'POST', headers, body: JSON.stringify(bodies.network()) });
    await working;
    machines.close = async () => void order.push('closed');
    const closed = closing.close();
    release();
    await closed;
    expect(order).toEqual(['worked', 'closed']);
  });

  async function finished(ask: ReturnType<typeof cloud.on>, name: string): Promise<void> {
    let status = '';
    while (status !== 'DONE') status = (await ask('POST', `global/operations/${name}/wait`, '""')).body.status;
  }
});
