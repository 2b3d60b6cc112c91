import { afterEach, describe, expect, test } from 'vitest';
import { type ExpiryAction, getDueAction } from '../../../src/commands/notifier/expiry-action.ts';
import { sendTtlReminders } from '../../../src/commands/notifier/ttl-reminders.ts';
import type { RecordValue } from '../../../src/store/records.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { FakeChat } from '../../fakes/chat.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { buildSpec, channel, createTestClusterService, testUser } from '../../fixtures/run.ts';
import { aStatus } from '../messages/view-fixture.ts';

const hour = 3_600_000;
const minute = 60_000;
const noon = Date.UTC(2026, 0, 5, 12);

/** An instant, so many minutes from noon, which is when the cluster ends. */
function at(minutes: number): string {
  return new Date(noon + minutes * minute).toISOString();
}

function reminder(change: Partial<RecordValue<'ttlReminder'>>): RecordValue<'ttlReminder'> {
  return { expiresAt: at(0), claimedAt: at(-30), ...change };
}

const firstReminder = reminder({ firstSentAt: at(-30), sentAt: at(-30) });

describe('the due TTL action', () => {
  test.each([
    ['31 minutes before', {}, undefined, -31, 'ask', undefined],
    ['half an hour before', {}, undefined, -30, 'ask', 'ask'],
    ['hours after, without an earlier reminder', {}, undefined, 300, 'ask', 'ask'],
    ['of a cluster without TTL', { expiresAt: undefined }, undefined, 0, 'delete', undefined],
    ['of a deleted cluster', { settledState: 'deleted' }, undefined, 0, 'ask', undefined],
    ['of a failed cluster', { settledState: 'failed' }, undefined, 0, 'ask', 'ask'],
    ['while another process sends the reminder', {}, reminder({}), -29, 'ask', undefined],
    ['after that process was lost', {}, reminder({}), -28, 'ask', 'ask'],
    ['after the reminder', {}, firstReminder, -1, 'ask', undefined],
    ['at expiry', {}, firstReminder, 0, 'ask', 'ask'],
    ['an hour after', {}, reminder({ firstSentAt: at(-30), sentAt: at(0) }), 60, 'ask', undefined],
    ['four hours after', {}, reminder({ firstSentAt: at(-30), sentAt: at(0) }), 240, 'ask', 'ask'],
    ['when it was extended', { expiresAt: at(480) }, firstReminder, 0, 'ask', undefined],
    ['half an hour before the new expiry', { expiresAt: at(480) }, firstReminder, 450, 'ask', 'ask'],
    ['half an hour before expiry with deletion', {}, undefined, -30, 'delete', 'ask'],
    ['a minute before expiry with deletion', {}, firstReminder, -1, 'delete', undefined],
    ['at expiry with deletion', {}, firstReminder, 0, 'delete', 'delete'],
    ['after expiry with deletion, without a reminder', {}, undefined, 60, 'delete', 'ask'],
    [
      'after expiry with deletion, just reminded',
      {},
      reminder({ firstSentAt: at(60), sentAt: at(60) }),
      89,
      'delete',
      undefined,
    ],
    ['half an hour after that reminder', {}, reminder({ firstSentAt: at(60), sentAt: at(60) }), 90, 'delete', 'delete'],
    ['when it was extended, with deletion', { expiresAt: at(480) }, firstReminder, 0, 'delete', undefined],
    ['after a failed delete', { settledState: 'failed' }, { ...firstReminder, deletedAt: at(0) }, 60, 'delete', 'ask'],
  ] as const)('%s', (_, change, known, minutes, expiryAction, due) => {
    const { record } = aStatus({ settledState: 'ready', expiresAt: at(0), ...change } as Parameters<typeof aStatus>[0]);
    expect(getDueAction(record, known, new Date(at(minutes)), expiryAction)).toBe(due);
  });
});

const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

/** A cluster created at noon with a TTL of eight hours and a thread. */
async function aCluster(expiryAction: ExpiryAction = 'ask') {
  const clock = new FakeClock({ start: new Date(noon) });
  const store = openSqliteStore({ path: ':memory:' });
  stores.push(store);
  const clusterService = createTestClusterService(store, () => clock.now());
  const chat = new FakeChat(clock);
  const answer = await clusterService.createCluster({
    spec: buildSpec(),
    requester: testUser,
    channel,
    ttlMs: 8 * hour,
  });
  if (!('run' in answer)) throw new Error('the cluster is held');
  await store.write('slackThread', answer.run, { channel, ts: '0.1', cursor: 1 }, undefined);
  const logged: unknown[] = [];
  const options = {
    store,
    clusterService,
    chat,
    expiryAction,
    now: () => clock.now(),
    log: (fields: object) => logged.push(fields),
  };
  return { clock, store, clusterService, chat, logged, look: () => sendTtlReminders(options) };
}

const asks = /expires at/;

describe('a cluster with a TTL', () => {
  test('gets one reminder in its thread from two concurrent processes', async () => {
    const { clock, chat, look } = await aCluster();
    await look();
    expect(chat.postedMessages).toEqual([]);
    clock.advance(7.5 * hour);
    await Promise.all([look(), look(), look()]);
    await look();
    expect(chat.postedMessages).toHaveLength(1);
    expect(chat.postedMessages[0]).toMatchObject({
      channel,
      thread: '0.1',
      message: { text: expect.stringMatching(asks) },
    });
    expect(JSON.stringify(chat.postedMessages[0]?.message.blocks)).toMatch(
      /ttl\.extend.*2026-01-05T20:00:00\.000Z.*delete\.confirm/,
    );
    clock.advance(0.5 * hour);
    await look();
    expect(chat.postedMessages[1]?.message.text).toContain('but still exists');
    clock.advance(4 * hour);
    await look();
    expect(chat.postedMessages).toHaveLength(3);
  });

  test('gets no reminder while it is being deleted', async () => {
    const { clock, store, clusterService, chat, look } = await aCluster();
    const creating = (await store.read('cluster', 'demo'))?.value.activeRun;
    expect(await clusterService.deleteCluster('demo', testUser, channel, { stops: creating })).toHaveProperty('run');
    clock.advance(7.5 * hour);
    await look();
    expect(chat.postedMessages).toEqual([]);
  });

  test('gets no reminder after an extension until shortly before the new expiry', async () => {
    const { clock, clusterService, chat, look } = await aCluster();
    clock.advance(7.5 * hour);
    await look();
    const end = new Date(noon + 8 * hour);
    const presses = await Promise.all([1, 2, 3].map(() => clusterService.extendTtl('demo', end, 8, testUser)));
    expect(presses.filter((one) => 'expiresAt' in one)).toEqual([{ expiresAt: new Date(noon + 16 * hour) }]);
    expect(presses.filter((one) => 'alreadyExtendedTo' in one)).toHaveLength(2);
    clock.advance(4 * hour);
    await look();
    expect(chat.postedMessages).toHaveLength(1);
    clock.advance(4 * hour);
    await look();
    expect(chat.postedMessages).toHaveLength(2);
  });

  test('is extended from now when it has expired', async () => {
    const { clock, clusterService } = await aCluster();
    clock.advance(20 * hour);
    expect(await clusterService.extendTtl('demo', new Date(noon + 8 * hour), 8, testUser)).toEqual({
      expiresAt: new Date(noon + 28 * hour),
    });
    expect(await clusterService.extendTtl('other', new Date(noon), 8, testUser)).toEqual({ notFound: true });
  });

  test('gets the reminder again after a Slack error, and in a DM when the channel is archived', async () => {
    const { clock, chat, logged, look } = await aCluster();
    clock.advance(7.5 * hour);
    chat.planFault({ method: 'postMessage', kind: 'unknown-outcome' });
    await look();
    expect(logged).toMatchObject([{ cluster: 'demo' }]);
    await look();
    expect(chat.postedMessages).toEqual([]);
    clock.advance(3 * minute);
    chat.planFault({ method: 'postMessage', kind: 'channel-unavailable', reason: 'is_archived' });
    await look();
    expect(chat.postedMessages.map((one) => one.channel)).toEqual(['D-U1']);
  });

  test('is kept by default without a response', async () => {
    const { clock, store, look } = await aCluster();
    for (let i = 0; i < 40; i++) {
      clock.advance(hour);
      await look();
    }
    expect(await store.list('run')).toHaveLength(1);
  });

  test('is deleted once at expiry when configured, after a reminder', async () => {
    const { clock, store, chat, look } = await aCluster('delete');
    clock.advance(8 * hour);
    await look();
    expect(await store.list('run')).toHaveLength(1);
    expect(chat.postedMessages).toHaveLength(1);
    clock.advance(0.5 * hour);
    await Promise.all([look(), look()]);
    await look();
    const runs = (await store.list('run')).map(({ value }) => [value.operation, value.requestedBy, value.channel]);
    expect(runs).toEqual([
      ['create', testUser, channel],
      ['delete', testUser, channel],
    ]);
  });
});

test('a cluster without a TTL gets no reminder', async () => {
  const { clock, store, look, chat } = await aCluster('delete');
  const found = await store.read('cluster', 'demo');
  if (!found) throw new Error('no cluster');
  const { expiresAt: _, ...rest } = found.value;
  await store.write('cluster', 'demo', rest, found.version);
  clock.advance(100 * hour);
  await look();
  expect([chat.postedMessages, (await store.list('run')).length]).toEqual([[], 1]);
});
