import { afterEach, describe, expect, test } from 'vitest';
import { everybody } from '../../src/commands/authorization/policy.ts';
import type { Message, Reply, Tools } from '../../src/commands/routing/command.ts';
import { type Route, route, routeButton } from '../../src/commands/routing/router.ts';
import type { Desk } from '../../src/engine/service/cluster-service-types.ts';
import { aWorld, closeWorlds, head, told } from '../fixtures/cluster-service.ts';
import { someOffers } from '../fixtures/compute-catalog.ts';
import { asker, channel, defaults } from '../fixtures/run.ts';

afterEach(closeWorlds);

const asked = { by: asker, channel };

/** A desk that answers so, whatever is asked of it, and writes down what was. */
function aDesk(answer: object, calls: unknown[][] = []): Tools {
  const desk = new Proxy({} as Desk, {
    get:
      (_, name) =>
      async (...args: unknown[]) => {
        calls.push([name, ...args]);
        return answer;
      },
  });
  return { desk, offers: someOffers(), defaults: defaults(), policy: everybody };
}

async function shownBy(routed: Route | undefined, tools: Tools): Promise<Message> {
  if (!routed || !('later' in routed)) throw new Error('it is not routed to work');
  const reply: Reply = await routed.later(tools);
  return reply.shown;
}

describe('resize', () => {
  const typed = route('resize demo --machine-type e2-standard-2', asked, defaults());
  const pressed = routeButton('resize.yes', '{"cluster":"demo","machineType":"e2-standard-2"}', asked) as Route;

  test.each([
    ['typed', typed],
    ['pressed', pressed],
  ])('%s asks the desk for the machine type, for this person, here', async (_, routed) => {
    const calls: unknown[][] = [];
    const shown = await shownBy(routed, aDesk({ run: 'r1' }, calls));
    expect(calls).toEqual([['resize', 'demo', { machineType: 'e2-standard-2', by: asker, channel }]]);
    expect(shown.text).toContain('asks before any machine restarts');
    expect(routed).toMatchObject({ needs: 'create' });
  });

  test.each([
    ['a problem', { problem: 'there is no machine type "x1"' }, 'there is no machine type "x1"'],
    ['nothing to do', { unchanged: { state: 'ready' } }, 'Nothing to do'],
    ['no such cluster', { unknown: true }, 'There is no cluster'],
    [
      'somebody has it',
      { heldBy: { run: 'r0', operation: 'resize', by: asker, since: new Date(0) } },
      'demo is busy: resize',
    ],
  ])('answered with %s says so', async (_, answer, words) => {
    expect((await shownBy(typed, aDesk(answer))).text).toContain(words);
  });

  test.each([
    '',
    '{"cluster":"demo"}',
    '{"cluster":"demo","machineType":"$(x)"}',
    '{"cluster":"../x","machineType":"e2"}',
  ])('a button with a value like %j is refused', (value) => {
    expect(routeButton('resize.yes', value, asked)).toHaveProperty('now');
  });

  test.each(['resize', 'resize demo', 'resize demo --machine-type E2!'])('%j is not understood', (text) => {
    expect(route(text, asked, defaults())).toHaveProperty('now');
  });
});

describe('doctor', () => {
  test('looks, and shows what was seen to whoever asked', async () => {
    const routed = route('doctor demo', asked, defaults());
    const seen = {
      cluster: 'demo',
      state: 'ready',
      patients: [],
      hardening: [],
      findings: [{ machine: 'demo-worker-0', text: 'it is TERMINATED' }],
    };
    const shown = await shownBy(routed, aDesk(seen));
    expect(routed).toMatchObject({ needs: 'look' });
    expect(JSON.stringify(shown.blocks)).toContain('worker-0: it is TERMINATED');
  });

  test('of a cluster that is not there says so', async () => {
    expect((await shownBy(route('doctor demo', asked, defaults()), aDesk({ unknown: true }))).text).toContain(
      'no cluster',
    );
  });
});

describe('in a run’s thread', () => {
  const diagnosed = {
    type: 'step.diagnosed',
    step: 'etcd/a',
    findings: ['f1-micro is too small'] as string[],
    resizeTo: 'e2-standard-2',
  } as const;

  test('the first diagnosis is a card with the button; another, made side by side, is not told', async () => {
    const world = await aWorld();
    await told(world, diagnosed, { ...diagnosed, step: 'etcd/b' });
    expect(world.chat.replies(head(world))).toEqual(['🩺 demo: its machines are too small; f1-micro is too small']);
  });

  test('after a resume it is told again', async () => {
    const world = await aWorld();
    await told(world, diagnosed, { type: 'run.finished', as: 'failed' }, { type: 'run.resumed', by: asker }, diagnosed);
    expect(world.chat.replies(head(world)).filter((text) => text.startsWith('🩺')).length).toBe(2);
  });
});
