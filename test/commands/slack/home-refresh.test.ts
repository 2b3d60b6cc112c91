import type { HomeView } from '@slack/types';
import { expect, test } from 'vitest';
import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import { ChatError, type ViewRef } from '../../../src/commands/slack/chat.ts';
import { createHomeTab } from '../../../src/commands/slack/home-tab.ts';
import type { EngineEvent } from '../../../src/store/events.ts';
import type { Person } from '../../../src/store/person.ts';
import { FakeClock } from '../../fakes/commands-clock.ts';
import { createRunFixture, stepFinished, stepStarted, testUser } from '../../fixtures/run.ts';

interface Published {
  readonly user: string;
  readonly at: number;
  readonly view: HomeView;
  readonly hash: string | undefined;
}

/** Homes over a run on the real desk, with a Slack that remembers what was published. */
async function homes() {
  const clock = new FakeClock();
  const published: Published[] = [];
  const faults: ChatError[] = [];
  const logged: string[] = [];
  const run = await createRunFixture(clock);
  const home = createHomeTab({
    ...{ clusterService: run.clusterService, policy: allowAllPolicy, clock, authorize: async () => undefined },
    chat: {
      async publishHome(user, view, hash): Promise<ViewRef> {
        const fault = faults.shift();
        if (fault) throw fault;
        published.push({ user, at: +clock.now(), view, hash });
        return { id: `V-${user}`, hash: `h${published.length}` };
      },
      listChannelMembers: async () => [],
    },
    log: (_, message) => void logged.push(message),
  });
  /** Once so many were published. */
  async function until(count: number): Promise<void> {
    while (published.length < count) await new Promise(setImmediate);
  }
  async function tell(...events: readonly EngineEvent[]): Promise<void> {
    await run.appendEvents(...events);
    home.scheduleRefresh();
  }
  return { clock, published, faults, logged, tell, home, until, store: run.store };
}

function somebody(n: number): Person {
  return { team: 'T1', user: `U${n}` };
}

test('combines a burst of events into one refresh', async () => {
  const { published, tell, home, store, until } = await homes();
  await home.handleOpen(testUser);
  for (const step of ['network/a', 'network/b', 'etcd/a']) await tell(stepStarted(step), stepFinished(step));
  await until(2);
  await home.close();
  expect(published.map(({ user }) => user)).toEqual(['U1', 'U1']);
  expect(JSON.stringify(published[1]?.view)).toContain('1 of 2 phases');
  expect((published[1]?.at ?? 0) - (published[0]?.at ?? 0)).toBeGreaterThanOrEqual(3_000);
  expect(published[1]?.hash).toBe('h1');
  await store.close();
});

test("stays below Slack's limit per minute for all viewers", async () => {
  const { published, tell, home, store, until } = await homes();
  for (let n = 0; n < 5; n++) await home.handleOpen(somebody(n));
  await tell(stepStarted('network/a'));
  await until(10);
  await home.close();
  const times = published.slice(5).map(({ at }) => at);
  for (const [i, at] of times.slice(1).entries()) expect(at - (times[i] ?? 0)).toBeGreaterThanOrEqual(800);
  await store.close();
});

test('stops refreshing old tabs, and the oldest of more than fifty', async () => {
  const { clock, published, tell, home, store, until } = await homes();
  await home.handleOpen(somebody(100));
  clock.advance(15 * 60_000 + 1);
  for (let n = 0; n < 51; n++) await home.handleOpen(somebody(n));
  const before = published.length;
  await tell(stepStarted('network/a'));
  await until(before + 50);
  await home.close();
  const told = published.slice(before).map(({ user }) => user);
  expect(told).toHaveLength(50);
  expect(told).not.toContain('U100');
  expect(told).not.toContain('U0');
  await store.close();
});

test('waits as long as Slack requests', async () => {
  const { clock, published, faults, tell, home, store, until } = await homes();
  await home.handleOpen(testUser);
  faults.push(new ChatError('rate-limited', 'ratelimited', { retryAfterMs: 30_000 }));
  const asked = +clock.now();
  await tell(stepStarted('network/a'));
  await until(2);
  await home.close();
  expect((published[1]?.at ?? 0) - asked).toBeGreaterThanOrEqual(30_000);
  await store.close();
});

test('makes no calls without viewers', async () => {
  const { published, tell, home, store } = await homes();
  await tell(stepStarted('network/a'));
  await home.close();
  expect(published).toEqual([]);
  await store.close();
});
