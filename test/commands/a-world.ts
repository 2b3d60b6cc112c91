import { expect } from 'vitest';
import type { Picture } from '../../src/commands/chat.ts';
import { type Courier, type CourierOptions, openCourier } from '../../src/commands/thread.ts';
import type { RunView } from '../../src/engine/desk-types.ts';
import type { EngineEvent, StoredEvent } from '../../src/store/events.ts';
import { type ARun, aRun, channel, settleReady, wholeCreate } from './a-run.ts';
import { FakeChat } from './fake-chat.ts';
import { FakeClock } from './fake-clock.ts';

export interface World extends ARun {
  readonly clock: FakeClock;
  readonly chat: FakeChat;
  readonly courier: Courier;
  readonly logged: unknown[];
  /** A courier as a new process would have it: the same store, nothing remembered. */
  again(change?: Partial<CourierOptions>): Courier;
}

const worlds: World[] = [];

/** The courier on the real desk and a real store, with a Slack that does as it is told. */
export async function aWorld(): Promise<World> {
  const clock = new FakeClock();
  const chat = new FakeChat(clock);
  const logged: unknown[] = [];
  const run = await aRun(clock);
  const log: CourierOptions['log'] = (fields, message) => logged.push({ ...fields, message });
  const again = (change: Partial<CourierOptions> = {}) =>
    openCourier({ ...run, chat, clock, draw: aPicture, log, ...change });
  const world = { ...run, clock, chat, logged, courier: again(), again };
  worlds.push(world);
  return world;
}

/** Instead of a drawing: what is drawn has tests of its own. */
async function aPicture(view: RunView, events: readonly StoredEvent[]): Promise<Omit<Picture, 'name'>> {
  const alt = `${view.cluster} after ${events.length} events`;
  return { png: new Uint8Array([1]), alt, comment: { text: alt, blocks: [] } };
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
