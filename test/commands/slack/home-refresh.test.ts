import { expect, test } from 'vitest';
import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import { createHomeTab } from '../../../src/commands/slack/home-tab.ts';
import type { EngineEvent } from '../../../src/store/events.ts';
import type { Person } from '../../../src/store/person.ts';
import { FakeChat } from '../../fakes/chat.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { createRunFixture, stepFinished, stepStarted, testUser } from '../../fixtures/run.ts';

/** Home tabs of a run on the real cluster service. */
async function createHomeFixture() {
  const clock = new FakeClock();
  const chat = new FakeChat(clock);
  const logged: string[] = [];
  const run = await createRunFixture(clock);
  const home = createHomeTab({
    ...{ clusterService: run.clusterService, policy: allowAllPolicy, clock, authorize: async () => undefined },
    chat,
    log: (_, message) => void logged.push(message),
  });
  async function waitForPublished(count: number): Promise<void> {
    while (chat.publishedHomes.length < count) await new Promise(setImmediate);
  }
  async function appendEvents(...events: readonly EngineEvent[]): Promise<void> {
    await run.appendEvents(...events);
    home.scheduleRefresh();
  }
  return {
    clock,
    chat,
    published: chat.publishedHomes,
    logged,
    appendEvents,
    home,
    waitForPublished,
    store: run.store,
  };
}

function buildViewer(n: number): Person {
  return { team: 'T1', user: `U${n}` };
}

test('combines a burst of events into one refresh', async () => {
  const { published, appendEvents, home, store, waitForPublished } = await createHomeFixture();
  await home.handleOpen(testUser);
  for (const step of ['network/a', 'network/b', 'etcd/a']) await appendEvents(stepStarted(step), stepFinished(step));
  await waitForPublished(2);
  await home.close();
  expect(published.map(({ user }) => user)).toEqual(['U1', 'U1']);
  expect(JSON.stringify(published[1]?.view)).toContain('1 of 2 phases');
  expect((published[1]?.at ?? 0) - (published[0]?.at ?? 0)).toBeGreaterThanOrEqual(3_000);
  expect(published[1]?.hash).toBe('h1');
  await store.close();
});

test("stays below Slack's limit per minute for all viewers", async () => {
  const { published, appendEvents, home, store, waitForPublished } = await createHomeFixture();
  for (let n = 0; n < 5; n++) await home.handleOpen(buildViewer(n));
  await appendEvents(stepStarted('network/a'));
  await waitForPublished(10);
  await home.close();
  const times = published.slice(5).map(({ at }) => at);
  for (const [i, at] of times.slice(1).entries()) expect(at - (times[i] ?? 0)).toBeGreaterThanOrEqual(800);
  await store.close();
});

test('stops refreshing old tabs, and the oldest of more than fifty', async () => {
  const { clock, published, appendEvents, home, store, waitForPublished } = await createHomeFixture();
  await home.handleOpen(buildViewer(100));
  clock.advance(15 * 60_000 + 1);
  for (let n = 0; n < 51; n++) await home.handleOpen(buildViewer(n));
  const before = published.length;
  await appendEvents(stepStarted('network/a'));
  await waitForPublished(before + 50);
  await home.close();
  const refreshedUsers = published.slice(before).map(({ user }) => user);
  expect(refreshedUsers).toHaveLength(50);
  expect(refreshedUsers).not.toContain('U100');
  expect(refreshedUsers).not.toContain('U0');
  await store.close();
});

test('waits as long as Slack requests', async () => {
  const { clock, chat, published, appendEvents, home, store, waitForPublished } = await createHomeFixture();
  await home.handleOpen(testUser);
  chat.planFault({ method: 'publishHome', kind: 'rate-limited', retryAfterMs: 30_000 });
  const requestedAtMs = +clock.now();
  await appendEvents(stepStarted('network/a'));
  await waitForPublished(2);
  await home.close();
  expect((published[1]?.at ?? 0) - requestedAtMs).toBeGreaterThanOrEqual(30_000);
  await store.close();
});

test('makes no calls without viewers', async () => {
  const { published, appendEvents, home, store } = await createHomeFixture();
  await appendEvents(stepStarted('network/a'));
  await home.close();
  expect(published).toEqual([]);
  await store.close();
});
