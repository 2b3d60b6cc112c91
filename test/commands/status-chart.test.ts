import { describe, expect, test } from 'vitest';
import { sampleSnapshots } from '../../local/gallery/samples/sample-snapshots.ts';
import { allowAllPolicy } from '../../src/commands/authorization/policy.ts';
import type { Message } from '../../src/commands/messages/blocks.ts';
import type { CommandDeps } from '../../src/commands/routing/command.ts';
import { handleRequest } from '../../src/commands/routing/handle-request.ts';
import { routeCommand } from '../../src/commands/routing/route-command.ts';
import type { ClusterService } from '../../src/engine/service/cluster-service.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { FakeChat } from '../fakes/chat.ts';
import { FakeClock } from '../fakes/clock.ts';
import { buildCreateDefaults, channel, testUser } from '../fixtures/run.ts';
import { aStatus } from './messages/view-fixture.ts';

const outputs = { 'external-address/demo-controller-0': '198.51.100.10' };

/** What comes of `/kthw status demo`. */
async function statusOf(
  record: Parameters<typeof aStatus>[0],
  getSnapshot: () => ReturnType<ClusterService['getSnapshot']>,
) {
  const [store, chat, shown, logged] = [
    openSqliteStore({ path: ':memory:' }),
    new FakeChat(new FakeClock()),
    [] as Message[],
    [] as string[],
  ];
  const clusterService = {
    getStatus: async () => aStatus(record, 'none'),
    listMissingParts: async () => [
      { problem: 'demo-worker-0 is missing', repair: '/kthw rebuild demo --from workers' },
    ],
    getSnapshot,
  } as unknown as ClusterService;
  const commandDeps = {
    clusterService,
    defaults: buildCreateDefaults(),
    policy: allowAllPolicy,
    authorize: async () => undefined,
  } as unknown as CommandDeps;
  const routed = routeCommand('status demo', { requester: testUser, channel }, buildCreateDefaults());
  if (!('execute' in routed)) throw new Error('status asks nobody');
  const respond = async (message: Message) => void shown.push(message);
  await handleRequest(
    {
      id: 'a',
      origin: { requester: testUser, channel },
      permission: routed.permission,
      execute: routed.execute,
      respond,
    },
    {
      store,
      chat,
      commandDeps,
      authorize: async () => undefined,
      authorizeMember: async () => undefined,
      now: () => new Date(),
      log: (_, what) => void logged.push(what),
    },
  );
  await store.close();
  return { shown: shown.map((one) => JSON.stringify(one)), pictures: chat.uploadedImages, logged };
}

describe('status', () => {
  test('replies immediately and sends the cluster map to the requester', async () => {
    const { shown, pictures } = await statusOf({ settledState: 'ready', outputs }, async () => sampleSnapshots.healthy);
    expect(shown).toHaveLength(1);
    expect(shown[0]).toContain('send you a cluster map in a DM');
    expect(shown[0]).toContain('⚠️ demo-worker-0 is missing · repair: `/kthw rebuild demo --from workers`');
    expect(pictures).toHaveLength(1);
    const [{ channel: where, image } = { channel: '', image: undefined }] = pictures;
    expect(where).toBe('D-U1');
    expect(image?.name).toMatch(/^demo-\d{14}\.png$/);
    expect(
      Buffer.from(image?.png ?? [])
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    expect(image?.alt).toContain('6/6 nodes healthy');
  });

  test('announces no cluster map without instances', async () => {
    const { shown, pictures } = await statusOf({ settledState: 'new' }, () => Promise.reject(new Error('nobody asks')));
    expect(shown[0]).not.toContain('picture');
    expect(pictures).toEqual([]);
  });

  test('keeps the reply if the cluster map fails, and says so', async () => {
    const { shown, pictures, logged } = await statusOf({ settledState: 'ready', outputs }, () =>
      Promise.reject(new Error('gone')),
    );
    expect(shown).toHaveLength(2);
    expect(shown[1]).toContain('draw the diagram');
    expect([pictures, logged]).toEqual([[], ['sending a chart failed']]);
  });
});
