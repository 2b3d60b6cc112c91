import { afterEach, describe, expect, test } from 'vitest';
import { type Courier, openCourier } from '../../src/commands/thread.ts';
import type { EngineEvent } from '../../src/store/events.ts';
import { type ARun, aFault, aRun, channel, failed, finished, settleReady, started, wholeCreate } from './a-run.ts';
import { FakeChat, type FakeFault } from './fake-chat.ts';
import { FakeClock } from './fake-clock.ts';

interface World extends ARun {
  readonly clock: FakeClock;
  readonly chat: FakeChat;
  readonly courier: Courier;
  readonly logged: unknown[];
  /** A courier as a new process would have it: the same store, nothing remembered. */
  again(): Courier;
}

const worlds: World[] = [];

async function aWorld(): Promise<World> {
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

afterEach(async () => {
  for (const { store } of worlds.splice(0)) await store.close();
});

/** Has the courier tell everything, the way the engine pokes it. */
async function told(world: World, ...events: readonly EngineEvent[]): Promise<void> {
  await world.tell(...events);
  world.courier.poke(world.run);
  await world.courier.idle();
}

async function toldToTheEnd(world: World): Promise<void> {
  await settleReady(world);
  await told(world, ...wholeCreate());
}

const wholeThread = ['✅ Network is done', '✅ etcd is done', '✅ demo: ready'];

function head(world: World, of = channel) {
  const heads = world.chat.heads(of);
  expect(heads).toHaveLength(1);
  const [first] = heads;
  if (!first) throw new Error('no summary');
  return first;
}

describe('a run that makes it', () => {
  test('is one message, edited to its end, with the phases in order below it', async () => {
    const world = await aWorld();
    await settleReady(world);
    for (const event of wholeCreate()) {
      await world.tell(event);
      world.courier.poke(world.run);
      world.clock.pass(300);
    }
    await world.courier.idle();
    expect(head(world).message.text).toBe('✅ demo: ready, 2 of 2 phases');
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    expect(head(world).mark).toEqual({ run: world.run, seq: 0 });
  });

  test('sends the asker, and nobody else, the kubeconfig, once', async () => {
    const world = await aWorld();
    await toldToTheEnd(world);
    expect(world.chat.files.map(({ channel, name, content }) => [channel, name, content.reveal()])).toEqual([
      ['D-U1', 'demo.kubeconfig', 'kind: Config # the secret'],
    ]);
    world.courier.poke(world.run);
    await world.courier.idle();
    await world.again().start();
    expect(world.chat.files).toHaveLength(1);
    expect(JSON.stringify([world.chat.posted, world.logged, await world.store.list('thread')])).not.toContain(
      'the secret',
    );
  });

  test('says nothing more once all is told, to this process or the next', async () => {
    const world = await aWorld();
    await toldToTheEnd(world);
    const calls = world.chat.calls.length;
    const next = world.again();
    await next.start();
    await next.idle();
    expect(world.chat.calls).toHaveLength(calls);
  });

  test('waits with the kubeconfig until the cluster’s record says ready', async () => {
    const world = await aWorld();
    await world.tell(...wholeCreate());
    world.courier.poke(world.run);
    await new Promise(setImmediate);
    await settleReady(world);
    await world.courier.idle();
    expect(world.chat.files).toHaveLength(1);
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
  });

  test('edits the message at most every 1.2 s and posts at most once a second in a channel', async () => {
    const world = await aWorld();
    await settleReady(world);
    for (const event of wholeCreate()) {
      await world.tell(event);
      world.courier.poke(world.run);
      world.clock.pass(50);
    }
    await world.courier.idle();
    expect(shortestGap(world, 'post')).toBeGreaterThanOrEqual(1_000);
    expect(world.chat.calls.filter(({ method }) => method === 'update').length).toBeLessThan(wholeCreate().length);
    const busy = await aWorld();
    for (let i = 0; i < 40; i++) {
      await busy.tell(started('network/a'));
      busy.courier.poke(busy.run);
      await busy.clock.sleep(100);
    }
    await busy.courier.idle();
    expect(shortestGap(busy, 'update')).toBeGreaterThanOrEqual(1_200);
    expect(busy.chat.calls.filter(({ method }) => method === 'update').length).toBeGreaterThan(1);
  });
});

function shortestGap({ chat }: World, method: string): number {
  const times = chat.calls.filter((call) => call.method === method && call.channel === channel).map(({ at }) => at);
  return Math.min(...times.slice(1).map((at, i) => at - (times[i] ?? 0)));
}

describe('whatever Slack does in between, the thread comes out the same', () => {
  const faults: readonly [string, readonly FakeFault[]][] = [
    ['asks to wait with the first message', [{ method: 'post', trouble: 'limited', retryAfterMs: 30_000 }]],
    ['asks to wait with an edit', [{ method: 'update', trouble: 'limited', retryAfterMs: 7_000, times: 2 }]],
    ['answers 500 and did not post', [{ method: 'post', trouble: 'unsure', times: 3 }]],
    ['posts, and its answer is lost', [{ method: 'post', trouble: 'unsure', after: true, times: 3 }]],
    [
      'posts unsurely and can’t be searched for a while',
      [
        { method: 'post', trouble: 'unsure', after: true },
        { method: 'find', trouble: 'unsure', times: 2 },
        { method: 'find', trouble: 'limited', retryAfterMs: 5_000 },
      ],
    ],
    [
      'asks to wait, then posts and loses the answer',
      [
        { method: 'post', trouble: 'limited', retryAfterMs: 1_000 },
        { method: 'post', trouble: 'unsure', after: true },
      ],
    ],
    ['loses edits', [{ method: 'update', trouble: 'unsure', times: 5 }]],
    ['loses its token for a while', [{ method: 'post', trouble: 'account', times: 3 }]],
    ['asks to wait with the file', [{ method: 'upload', trouble: 'limited', retryAfterMs: 3_000 }]],
    ['does not open the direct conversation at first', [{ method: 'direct', trouble: 'unsure', times: 3 }]],
    [
      'is away for the whole run',
      [
        ...(['post', 'update', 'find', 'direct'] as const).map((method) => ({
          method,
          trouble: 'unsure' as const,
          times: 7,
        })),
      ],
    ],
  ];

  test.each(faults)('when it %s', async (_, list) => {
    const world = await aWorld();
    for (const fault of list) world.chat.fail(fault);
    await toldToTheEnd(world);
    expect(head(world).message.text).toBe('✅ demo: ready, 2 of 2 phases');
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    expect(world.chat.files).toHaveLength(1);
  });

  test('it keeps editing while replies must wait', async () => {
    const world = await aWorld();
    await told(world, started('network/a'));
    world.chat.fail({ method: 'post', trouble: 'limited', retryAfterMs: 60_000 });
    await world.tell(finished('network/a'), finished('network/b'));
    world.courier.poke(world.run);
    const before = world.chat.calls.length;
    const start = +world.clock.now();
    await world.courier.idle();
    const edit = world.chat.calls.slice(before).find(({ method }) => method === 'update');
    expect(edit && edit.at - start).toBeLessThan(10_000);
    expect(world.chat.replies(head(world))).toEqual(['✅ Network is done']);
  });

  test('a kubeconfig that can’t be made does not keep the end from being told', async () => {
    const world = await aWorld();
    world.desk.kubeconfig = () => Promise.reject(new Error('the authority is lost'));
    await toldToTheEnd(world);
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    expect(JSON.stringify(world.chat.posted.at(-1)?.message.blocks)).toContain(
      'could not be sent (it could not be made)',
    );
  });

  test('a file that never goes out is said in the thread, with what to do', async () => {
    const world = await aWorld();
    world.chat.fail({ method: 'upload', trouble: 'account', reason: 'missing_scope', times: 100 });
    await toldToTheEnd(world);
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    expect(JSON.stringify(world.chat.posted.at(-1)?.message.blocks)).toMatch(
      /could not be sent .*\/kthw kubeconfig demo/,
    );
  });
});

describe('a channel that can’t be written to', () => {
  test.each(['channel_not_found', 'not_in_channel', 'is_archived'])(
    '%s: the asker is told directly, and why',
    async (reason) => {
      const world = await aWorld();
      world.chat.fail({ method: 'post', channel, trouble: 'place', reason, times: 100 });
      await toldToTheEnd(world);
      expect(world.chat.heads(channel)).toEqual([]);
      expect(world.chat.replies(head(world, 'D-U1'))).toEqual(wholeThread);
      expect(JSON.stringify(head(world, 'D-U1').message.blocks)).toContain('Here instead of <#C1>');
    },
  );

  test('archived half-way: the rest goes to the asker, nothing twice', async () => {
    const world = await aWorld();
    await told(world, finished('network/a'), finished('network/b'));
    for (const method of ['post', 'update'] as const) {
      world.chat.fail({ method, channel, trouble: 'place', reason: 'is_archived', times: 100 });
    }
    await told(world, started('etcd/a'), failed('etcd/a'), { type: 'run.finished', as: 'failed' });
    expect(world.chat.replies(head(world))).toEqual(['✅ Network is done']);
    expect(world.chat.replies(head(world, 'D-U1'))).toEqual([
      '❌ etcd a: network: a quota of the project is used up',
      '❌ demo: building stopped',
    ]);
  });

  test('with the direct conversation closed too, it gives up and says so in the log', async () => {
    const world = await aWorld();
    world.chat.fail({ method: 'post', trouble: 'place', reason: 'not_in_channel', times: 100 });
    await told(world, ...wholeCreate());
    expect(world.chat.posted).toEqual([]);
    expect(world.logged).toContainEqual(expect.objectContaining({ message: 'nobody can be told of this run' }));
  });
});

describe('after a crash between a post and its record', () => {
  test.each([
    ['the first message', 0],
    ['a reply', 1],
  ])('%s is found and not posted again', async (_, before) => {
    const world = await aWorld();
    if (before > 0) await told(world, started('network/a'));
    world.chat.fail({ method: 'post', trouble: 'unsure', crash: true });
    await settleReady(world);
    await world.tell(...wholeCreate());
    world.courier.poke(world.run);
    while (world.chat.posted.length <= before) await new Promise(setImmediate);
    const next = world.again();
    await next.start();
    await next.idle();
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    expect(world.chat.files).toHaveLength(1);
  });

  test('a post that never went out is made', async () => {
    const world = await aWorld();
    await told(world, started('network/a'));
    const found = await world.store.read('thread', world.run);
    if (!found) throw new Error('no thread');
    const now = world.clock.now().toISOString();
    const doing = { what: 'reply', upTo: 4, by: 'a courier that is gone', since: now, until: now };
    await world.store.write('thread', world.run, { ...found.value, intent: JSON.stringify({ doing }) }, found.version);
    await told(world, finished('network/a'), finished('network/b'));
    expect(world.chat.replies(head(world))).toEqual(['✅ Network is done']);
  });

  test('without the right to read, it rather says something twice than never', async () => {
    const world = await aWorld();
    world.chat.canFind = false;
    world.chat.fail({ method: 'post', trouble: 'unsure', crash: true });
    world.courier.poke(world.run);
    while (world.chat.posted.length === 0) await new Promise(setImmediate);
    const next = world.again();
    await next.start();
    await next.idle();
    expect(world.chat.heads(channel)).toHaveLength(2);
  });

  test('another courier leaves a post alone while it may be under way', async () => {
    const world = await aWorld();
    let release = () => {};
    const post = world.chat.post.bind(world.chat);
    world.chat.post = async (...args) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      world.chat.post = post;
      return await post(...args);
    };
    world.courier.poke(world.run);
    for (let i = 0; i < 10; i++) await new Promise(setImmediate);
    const other = world.again();
    await other.start();
    release();
    await Promise.all([other.idle(), world.courier.idle()]);
    expect(world.chat.heads(channel)).toHaveLength(1);
  });
});

describe('what is worth a reply', () => {
  test('troubles, each with its card; ordinary waiting is none', async () => {
    const world = await aWorld();
    const soon = new Date(+world.clock.now() + 1_000);
    const fields = [{ field: 'range', wanted: '10.240.0.0/24', found: '10.0.0.0/24' }];
    const waits = Array.from({ length: 4 }, () =>
      failed('network/a', { kind: 'transient', message: 'not there yet' }, soon),
    );
    await told(
      world,
      ...waits,
      finished('network/a'),
      { type: 'step.said', step: 'etcd/a', line: 'one' },
      { type: 'step.said', step: 'etcd/a', line: 'two' },
      { type: 'step.conflicted', step: 'network/b', fields },
      { type: 'step.postponed', step: 'etcd/a', fault: aFault({ kind: 'postponed', message: 'no image' }) },
      { type: 'run.finished', as: 'failed' },
      { type: 'run.resumed', by: { team: 'T1', user: 'U2' } },
    );
    expect(world.chat.replies(head(world))).toEqual([
      'etcd a: one\netcd a: two',
      '⚠️ Network b: exists and differs in range',
      '⏸️ etcd a: left for later, no image',
      '❌ demo: building stopped',
      '▶️ <@U2> resumed it',
    ]);
  });

  test('a question, with its buttons', async () => {
    const world = await aWorld();
    const expiresAt = world.clock.now().toISOString();
    await told(world, { type: 'approval.asked', digest: 'd1', destroys: ['a disk'], expiresAt });
    expect(world.chat.replies(head(world))).toEqual(['Waiting for a yes: a disk']);
    expect(JSON.stringify(world.chat.posted.at(-1)?.message.blocks)).toContain('approval.yes');
  });

  test('a step that keeps failing is worth one', async () => {
    const world = await aWorld();
    const soon = new Date(+world.clock.now() + 1_000);
    const waits = Array.from({ length: 9 }, () =>
      failed('network/a', { kind: 'transient', message: 'not there yet' }, soon),
    );
    await told(world, ...waits);
    expect(world.chat.replies(head(world))).toEqual(['🔁 Network a: still trying, not there yet']);
  });

  test('a message that Slack won’t have goes out plain, and holds up nothing', async () => {
    const world = await aWorld();
    world.chat.fail({ method: 'post', trouble: 'content', reason: 'invalid_blocks' });
    world.chat.fail({ method: 'update', trouble: 'content', reason: 'msg_too_long', times: 100 });
    await toldToTheEnd(world);
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    const refused = await aWorld();
    await told(refused, started('network/a'));
    refused.chat.fail({ method: 'post', trouble: 'content', reason: 'invalid_blocks', times: 2 });
    await toldToTheEnd(refused);
    expect(refused.chat.replies(head(refused))).toEqual(wholeThread.slice(1));
  });

  test('a summary that somebody deleted comes back, and the thread goes on below it', async () => {
    const world = await aWorld();
    await told(world, finished('network/a'), finished('network/b'));
    world.chat.posted.splice(0);
    await settleReady(world);
    await told(world, ...['etcd/a', 'etcd/b'].map(finished), { type: 'run.finished', as: 'succeeded' });
    expect(world.chat.replies(head(world))).toEqual(wholeThread.slice(1));
  });
});
