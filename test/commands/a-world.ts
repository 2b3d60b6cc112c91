import { expect } from 'vitest';
import { type Courier, openCourier } from '../../src/commands/thread.ts';
import type { EngineEvent } from '../../src/store/events.ts';
import { type ARun, aRun, channel, settleReady, wholeCreate } from './a-run.ts';
import { FakeChat } from './fake-chat.ts';
import { FakeClock } from './fake-clock.ts';

export interface World extends ARun {
  readonly clock: FakeClock;
  readonly chat: FakeChat;
  readonly courier: Courier;
  readonly logged: unknown[];
  /** A courier as a new process would have it: the same store, nothing remembered. */
  again(): Courier;
}

const worlds: World[] = [];

/** The courier on the real desk and a real store, with a Slack that does as it is told. */
export async function aWorld(): Promise<World> {
  const clock = new FakeClock();
  const chat = new FakeChat(clock);
  const logged: unknown[] = [];
  const run = await aRun(clock);
  const again = () =>
    openCourier({ ...run, chat, clock, log: (fields, message) => logged.push({ ...fields, message }) });
  const world = { ...run, clock, chat, logged, courier: again(), again };
  worlds.push(world);
  return world;
}

export async function closeWorlds(): Promise<void> {
  for (const { store } of worlds.splice(0)) await store.close();
}

/** Has the courier tell everything, the way the engine pokes it. */
export async function told(world: World, ...events: readonly EngineEvent[]): Promise<void> {
  await world.tell(...events);
  world.courier.poke(world.run);
  await world.courier.idle();
}

export async function toldToTheEnd(world: World): Promise<void> {
  await settleReady(world);
  await told(world, ...wholeCreate());
}

export const wholeThread = ['✅ Network is done', '✅ etcd is done', '✅ demo: ready'];

/** The one message of the run. */
export function head(world: World, of = channel) {
  const heads = world.chat.heads(of);
  expect(heads).toHaveLength(1);
  const [first] = heads;
  if (!first) throw new Error('no summary');
  return first;
}

/** While the first message is on its way, something happens. */
export function duringFirstPost({ chat }: World, happens: () => Promise<void>): void {
  const post = chat.post.bind(chat);
  chat.post = async (...args) => {
    chat.post = post;
    const place = await post(...args);
    await happens();
    return place;
  };
}
