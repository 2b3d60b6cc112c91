import { afterEach, describe, expect, test } from 'vitest';
import type { FakeFault } from '../../fakes/chat.ts';
import {
  aWorld,
  closeWorlds,
  head,
  told,
  toldToTheEnd,
  type World,
  wholeThread,
} from '../../fixtures/cluster-service.ts';
import { failed, finished, settleReady, started, wholeCreate } from '../../fixtures/run.ts';

afterEach(closeWorlds);

/** A picture of a run that was told to its end. */
function shared({ chat }: World) {
  return chat.pictures.map(({ channel, thread, picture }) => [channel, thread, picture.alt]);
}

function theOne(world: World) {
  const { channel, ts } = head(world);
  return [[channel, ts, `demo after ${wholeCreate().length + 1} events`]];
}

describe('when a run is over', () => {
  test('its thread gets one picture, after its end was told', async () => {
    const world = await aWorld();
    await toldToTheEnd(world);
    expect(shared(world)).toEqual(theOne(world));
    const calls = world.chat.calls.map(({ method }) => method);
    expect(calls.lastIndexOf('postMessage')).toBeLessThan(calls.indexOf('uploadImage'));
    expect(world.chat.pictures[0]?.picture.name).toBe(`demo-create-${world.run}-${wholeCreate().length + 1}.png`);
  });

  test('each time, where it was resumed', async () => {
    const world = await aWorld();
    await told(world, started('network/a'), failed('network/a'), { type: 'run.finished', outcome: 'failed' });
    await settleReady(world);
    await told(world, { type: 'run.resumed', actor: { team: 'T1', user: 'U2' } }, ...wholeCreate());
    expect(shared(world).map(([, , alt]) => alt)).toEqual(['demo after 4 events', 'demo after 15 events']);
  });

  test('but not where nothing was done', async () => {
    const world = await aWorld();
    await told(world, { type: 'run.finished', outcome: 'cancelled' });
    expect(world.chat.replies(head(world))).toEqual(['⏹️ demo: building cancelled']);
    expect(shared(world)).toEqual([]);
  });

  const faults: readonly [string, FakeFault][] = [
    ['asks to wait', { method: 'uploadImage', kind: 'limited', retryAfterMs: 5_000 }],
    ['answers 500', { method: 'uploadImage', kind: 'unsure', times: 2 }],
    ['takes it, and its answer is lost', { method: 'uploadImage', kind: 'unsure', after: true }],
  ];
  test.each(faults)('there is one picture when Slack %s', async (_, fault) => {
    const world = await aWorld();
    world.chat.fail(fault);
    await toldToTheEnd(world);
    expect(shared(world)).toEqual(theOne(world));
  });
});

describe('after a crash', () => {
  test.each([
    ['while it was on its way, it is found and not shared again', { crash: true }],
    ['before it was on its way, it is shared', { lost: true }],
  ])('%s', async (_, how) => {
    const world = await aWorld();
    world.chat.fail({ method: 'uploadImage', kind: 'unsure', ...how });
    await settleReady(world);
    await world.tell(...wholeCreate());
    world.courier.wake(world.run);
    while (!world.chat.calls.some(({ method }) => method === 'uploadImage')) await new Promise(setImmediate);
    const next = world.again();
    await next.start();
    await next.waitUntilIdle();
    expect(shared(world)).toEqual(theOne(world));
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
  });

  test('between the end and the picture, it is shared', async () => {
    const world = await aWorld();
    await settleReady(world);
    await world.tell(...wholeCreate());
    const crashing = world.again({ renderChart: () => new Promise(() => {}) });
    crashing.wake(world.run);
    const due = async () => (await world.store.read('slackThread', world.run))?.value.deliveryClaim ?? '';
    while (!(await due()).includes('"attempts":1')) await new Promise(setImmediate);
    const next = world.again();
    await next.start();
    await next.waitUntilIdle();
    expect(shared(world)).toEqual(theOne(world));
  });
});

describe('a picture that can’t be had', () => {
  test('because it can’t be drawn leaves the thread as it is, and is in the log', async () => {
    const world = await aWorld();
    await settleReady(world);
    await world.tell(...wholeCreate());
    const courier = world.again({ renderChart: () => Promise.reject(new Error('no renderer for this machine')) });
    courier.wake(world.run);
    await courier.waitUntilIdle();
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    expect(shared(world)).toEqual([]);
    expect(world.logged).toContainEqual(expect.objectContaining({ message: 'drawing a run' }));
  });

  test.each(['account', 'content', 'place', 'unsure'] as const)('because of “%s” holds up nothing', async (kind) => {
    const world = await aWorld();
    world.chat.fail({ method: 'uploadImage', kind, times: 100 });
    await toldToTheEnd(world);
    expect(world.chat.replies(head(world))).toEqual(wholeThread);
    expect(shared(world)).toEqual([]);
    const tries = world.chat.calls.filter(({ method }) => method === 'uploadImage').length;
    expect(tries).toBe(kind === 'unsure' ? 5 : 1);
    await told(world, { type: 'run.resumed', actor: { team: 'T1', user: 'U2' } }, finished('etcd/b'));
    expect(world.chat.replies(head(world)).at(-1)).toBe('✅ etcd is done');
    const next = world.again();
    await next.start();
    await next.waitUntilIdle();
    expect(world.chat.calls.filter(({ method }) => method === 'uploadImage').length).toBe(tries);
  });
});
