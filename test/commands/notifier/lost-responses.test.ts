import { afterEach, describe, expect, test } from 'vitest';
import { aWorld, closeWorlds, head, told, toldToTheEnd, wholeThread } from '../../fixtures/cluster-service.ts';
import { channel, failed, finished, settleReady, started, wholeCreate } from '../../fixtures/run.ts';

afterEach(closeWorlds);

describe('a channel that can’t be written to', () => {
  test.each(['channel_not_found', 'not_in_channel', 'is_archived'])(
    '%s: the asker is told directly, and why',
    async (reason) => {
      const world = await aWorld();
      world.chat.fail({ method: 'postMessage', channel, kind: 'place', reason, times: 100 });
      await toldToTheEnd(world);
      expect(world.chat.heads(channel)).toEqual([]);
      expect(world.chat.replies(head(world, 'D-U1'))).toEqual(wholeThread);
      expect(JSON.stringify(head(world, 'D-U1').message.blocks)).toContain('Here instead of <#C1>');
    },
  );

  test('archived half-way: the rest goes to the asker, nothing twice', async () => {
    const world = await aWorld();
    await told(world, finished('network/a'), finished('network/b'));
    for (const method of ['postMessage', 'updateMessage'] as const) {
      world.chat.fail({ method, channel, kind: 'place', reason: 'is_archived', times: 100 });
    }
    await told(world, started('etcd/a'), failed('etcd/a'), { type: 'run.finished', outcome: 'failed' });
    expect(world.chat.replies(head(world))).toEqual(['✅ Network is done']);
    expect(world.chat.replies(head(world, 'D-U1'))).toEqual([
      '❌ etcd a: network: a quota of the project is used up',
      '❌ demo: building stopped',
    ]);
  });

  test('with the direct conversation closed too, it gives up and says so in the log', async () => {
    const world = await aWorld();
    world.chat.fail({ method: 'postMessage', kind: 'place', reason: 'not_in_channel', times: 100 });
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
    world.chat.fail({ method: 'postMessage', kind: 'unsure', crash: true });
    await settleReady(world);
    await world.tell(...wholeCreate());
    world.courier.wake(world.run);
    while (world.chat.posted.length <= before) await new Promise(setImmediate);
    const next = world.again();
    await next.start();
    await next.waitUntilIdle();
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    expect(world.chat.files).toHaveLength(1);
  });

  test('the end is told and the kubeconfig not sent again, when only the end was lost', async () => {
    const world = await aWorld();
    await told(world, ...wholeCreate().slice(0, -1));
    await settleReady(world);
    world.chat.fail({ method: 'postMessage', kind: 'unsure', lost: true });
    await world.tell({ type: 'run.finished', outcome: 'succeeded' });
    world.courier.wake(world.run);
    while (!world.chat.calls.some(({ method }) => method === 'uploadFile')) await new Promise(setImmediate);
    const posts = world.chat.calls.length;
    while (world.chat.calls.length === posts) await new Promise(setImmediate);
    const next = world.again();
    await next.start();
    await next.waitUntilIdle();
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    expect(world.chat.files).toHaveLength(1);
  });

  test('a post that never went out is made', async () => {
    const world = await aWorld();
    await told(world, started('network/a'));
    const found = await world.store.read('slackThread', world.run);
    if (!found) throw new Error('no thread');
    const now = world.clock.now().toISOString();
    const inFlight = {
      kind: 'reply',
      throughSeq: 4,
      notifierId: 'a courier that is gone',
      claimedAt: now,
      expiresAt: now,
    };
    await world.store.write(
      'slackThread',
      world.run,
      { ...found.value, deliveryClaim: JSON.stringify({ inFlight }) },
      found.version,
    );
    await told(world, finished('network/a'), finished('network/b'));
    expect(world.chat.replies(head(world))).toEqual(['✅ Network is done']);
  });

  test('without the right to read, it rather says something twice than never', async () => {
    const world = await aWorld();
    world.chat.canFind = false;
    world.chat.fail({ method: 'postMessage', kind: 'unsure', crash: true });
    world.courier.wake(world.run);
    while (world.chat.posted.length === 0) await new Promise(setImmediate);
    const next = world.again();
    await next.start();
    await next.waitUntilIdle();
    expect(world.chat.heads(channel)).toHaveLength(2);
  });

  test('another courier leaves a post alone while it may be under way', async () => {
    const world = await aWorld();
    let release = () => {};
    const post = world.chat.postMessage.bind(world.chat);
    world.chat.postMessage = async (...args) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      world.chat.postMessage = post;
      return await post(...args);
    };
    world.courier.wake(world.run);
    for (let i = 0; i < 10; i++) await new Promise(setImmediate);
    const other = world.again();
    await other.start();
    release();
    await Promise.all([other.waitUntilIdle(), world.courier.waitUntilIdle()]);
    expect(world.chat.heads(channel)).toHaveLength(1);
  });
});
