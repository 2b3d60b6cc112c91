import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ComputeClient } from '../../../../src/engine/gcp/compute/compute-client.ts';
import { createComputeClient } from '../../../../src/engine/gcp/compute/create-compute-client.ts';
import { type ApiServer, startApiServer } from './api-server.ts';

const location = { region: 'us-west1', zone: 'us-west1-c' };
const { signal } = new AbortController();
/** Page tokens and names, in order. */
const pages: Readonly<Record<string, { readonly names: readonly string[]; readonly next?: string }>> = {
  '': { names: ['a', 'b'], next: 'second' },
  second: { names: ['c'], next: 'third' },
  third: { names: ['d'] },
};

let server: ApiServer;
let compute: ComputeClient;

beforeAll(async () => {
  server = await startApiServer();
  server.answers = [
    (request, response) => {
      const token = new URL(request.url ?? '', server.url).searchParams.get('pageToken') ?? '';
      const { names = [], next } = pages[token] ?? {};
      const list = names.map((name) => ({ name }));
      const items = request.url?.includes('/aggregated/') ? { 'regions/us-west1': { targetPools: list } } : list;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ items, ...(next === undefined ? {} : { nextPageToken: next }) }));
    },
  ];
  compute = createComputeClient({ project: 'p', endpoint: server.url });
});
afterAll(() => server.close());

const lists: readonly (readonly [string, () => Promise<readonly { readonly name: string }[]>])[] = [
  ...(
    [
      'networks',
      'subnetworks',
      'firewalls',
      'addresses',
      'instances',
      'routes',
      'disks',
      'healthChecks',
      'targetPools',
      'forwardingRules',
    ] as const
  ).map((kind) => [kind, () => compute[kind].list(location, signal)] as const),
  ['target pools of all regions', () => compute.listAllTargetPools(signal)],
  ['machine types', () => compute.listMachineTypes('us-west1-c', signal)],
  ['regions', () => compute.listRegions(signal)],
];

test.each(lists)('lists every page of %s', async (_, list) => {
  expect((await list()).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
});
