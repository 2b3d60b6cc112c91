import { afterEach, describe, expect, it } from 'vitest';
import { bodies, localCloud } from './compute-emulator.ts';

describe('injected faults', () => {
  const cloud = localCloud();
  const [ask, done] = [cloud.on('faults'), cloud.done('faults')];
  const order = (faults: unknown) => cloud.ask('POST', '/_kthw/faults', faults);
  afterEach(() => cloud.faults().clearFaults());

  it('replace the API response for the given number of requests', async () => {
    await order({ match: 'GET /global/networks', times: 2, respond: { status: 503, body: { error: { code: 503 } } } });
    const replies = [
      await ask('GET', 'global/networks'),
      await ask('GET', 'global/networks'),
      await ask('GET', 'global/networks'),
    ];
    expect(replies.map(({ status }) => status)).toEqual([503, 503, 200]);
  });

  it('can have headers and a body that is not JSON', async () => {
    const headers = { 'retry-after': '7', 'content-type': 'text/html' };
    await order({ match: 'GET /zones', respond: { status: 502, body: '<h1>no</h1>', headers } });
    const response = await cloud.send('/compute/v1/projects/faults/zones');
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
      502,
      '7',
      '<h1>no</h1>',
    ]);
  });

  it.each([
    ['before', 404],
    ['after', 200],
  ])('cut the connection %s the request is executed', async (cut, status) => {
    await order([{ match: 'POST /global/httpHealthChecks', cut }]);
    await expect(ask('POST', 'global/httpHealthChecks', { name: `cut-${cut}` })).rejects.toThrow();
    await done('POST', 'global/httpHealthChecks', { name: `next-${cut}` });
    expect((await ask('GET', `global/httpHealthChecks/cut-${cut}`)).status).toBe(status);
  });

  it('fail an operation and roll it back', async () => {
    await order([
      { match: 'POST /global/networks', operationError: { code: 'ZONE_RESOURCE_POOL_EXHAUSTED', message: 'later' } },
    ]);
    const operation = await done('POST', 'global/networks', bodies.network('gone'));
    expect(operation.error.errors).toEqual([{ code: 'ZONE_RESOURCE_POOL_EXHAUSTED', message: 'later' }]);
    expect((await ask('GET', 'global/networks/gone')).status).toBe(404);
  });

  it('hang until the client gives up, or delay the response', async () => {
    await order([
      { match: 'GET /zones/*', hang: true },
      { match: 'GET /zones/*', delayMs: 20 },
    ]);
    const path = '/compute/v1/projects/faults/zones/us-central1-a';
    await expect(cloud.send(path, { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
    expect((await cloud.send(path)).status).toBe(200);
    expect((await cloud.ask('GET', '/_kthw/faults')).body).toEqual([]);
  });

  it('are rejected when invalid', async () => {
    for (const wrong of [
      { match: 'x', hang: true },
      { match: 'GET /zones' },
      { match: 'GET /zones', hang: true, cut: true },
      'no',
    ]) {
      expect((await order(wrong)).status, JSON.stringify(wrong)).toBe(400);
    }
  });

  it('count calls by method and path', async () => {
    await cloud.ask('DELETE', '/_kthw/calls');
    await ask('GET', 'zones/us-central1-a');
    await ask('GET', 'zones/us-central1-b');
    await ask('GET', '');
    expect((await cloud.ask('GET', '/_kthw/calls')).body).toEqual({ 'GET /zones/{zone}': 2, 'GET /': 1 });
  });
});
