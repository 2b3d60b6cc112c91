import { afterEach, describe, expect, test } from 'vitest';
import {
  aWorld,
  closeWorlds,
  duringFirstPost,
  head,
  told,
  toldToTheEnd,
  wholeThread,
} from '../../fixtures/cluster-service.ts';
import { aFault, failed, finished, settleReady, started, wholeCreate } from '../../fixtures/run.ts';

afterEach(closeWorlds);

describe('what is worth a reply', () => {
  test('troubles, each with its card; ordinary waiting is none', async () => {
    const world = await aWorld();
    const soon = new Date(+world.clock.now() + 1_000);
    const differences = [{ field: 'range', desired: '10.240.0.0/24', actual: '10.0.0.0/24' }];
    const waits = Array.from({ length: 4 }, () =>
      failed('network/a', { kind: 'transient', message: 'not there yet' }, soon),
    );
    await told(
      world,
      ...waits,
      finished('network/a'),
      { type: 'step.logged', step: 'etcd/a', message: 'one' },
      { type: 'step.logged', step: 'etcd/a', message: 'two' },
      { type: 'step.conflicted', step: 'network/b', differences },
      { type: 'step.deferred', step: 'etcd/a', error: aFault({ kind: 'deferred', message: 'no image' }) },
      { type: 'run.finished', outcome: 'failed' },
      { type: 'run.resumed', actor: { team: 'T1', user: 'U2' } },
    );
    expect(world.chat.replies(head(world))).toEqual([
      'etcd a: one\netcd a: two',
      '⚠️ Network b: exists and differs in range',
      '⏸️ etcd a: left for later, no image',
      '❌ demo: building stopped',
      '▶️ <@U2> resumed it',
    ]);
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
    world.chat.fail({ method: 'postMessage', kind: 'content', reason: 'invalid_blocks' });
    world.chat.fail({ method: 'updateMessage', kind: 'content', reason: 'msg_too_long', times: 100 });
    await toldToTheEnd(world);
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    const refused = await aWorld();
    await told(refused, started('network/a'));
    refused.chat.fail({ method: 'postMessage', kind: 'content', reason: 'invalid_blocks', times: 2 });
    await toldToTheEnd(refused);
    expect(refused.chat.replies(head(refused))).toEqual(wholeThread.slice(1));
  });

  test('a summary that somebody deleted comes back, and the thread goes on below it', async () => {
    const world = await aWorld();
    await settleReady(world);
    duringFirstPost(world, async () => {
      world.chat.posted.splice(0);
      world.chat.fail({ method: 'postMessage', kind: 'unsure', after: true });
      await world.tell(...wholeCreate());
    });
    world.courier.wake(world.run);
    await world.courier.waitUntilIdle();
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
  });
});
