import { afterEach, describe, expect, test } from 'vitest';
import { allowAllPolicy } from '../../src/commands/authorization/policy.ts';
import type { Message } from '../../src/commands/messages/blocks.ts';
import type { CommandDeps, CommandReply } from '../../src/commands/routing/command.ts';
import type { Route } from '../../src/commands/routing/route.ts';
import { routeButton } from '../../src/commands/routing/route-button.ts';
import { routeCommand } from '../../src/commands/routing/route-command.ts';
import type { ClusterService } from '../../src/engine/service/cluster-service.ts';
import { createSampleCatalog, createSampleVersions } from '../fixtures/compute-catalog.ts';
import {
  closeNotifierEnvironments,
  createNotifierEnvironment,
  getSummaryMessage,
  notifyEvents,
} from '../fixtures/notifier-environment.ts';
import { buildCreateDefaults, channel, testUser } from '../fixtures/run.ts';

afterEach(closeNotifierEnvironments);

const origin = { requester: testUser, channel };

/** A cluster service that answers so, whatever is asked of it, and writes down what was. */
function createDeps(answer: object, calls: unknown[][] = []): CommandDeps {
  const clusterService = new Proxy({} as ClusterService, {
    get:
      (_, name) =>
      async (...args: unknown[]) => {
        calls.push([name, ...args]);
        return name === 'listMissingParts' ? [] : answer;
      },
  });
  return {
    clusterService,
    computeCatalog: createSampleCatalog(),
    versionCatalog: createSampleVersions(),
    defaults: buildCreateDefaults(),
    policy: allowAllPolicy,
    authorize: async () => undefined,
  };
}

async function shownBy(routed: Route | undefined, deps: CommandDeps): Promise<Message> {
  if (!routed || !('execute' in routed)) throw new Error('it is not routed to work');
  const reply: CommandReply = await routed.execute(deps);
  return reply.message;
}

describe('resize', () => {
  const typed = routeCommand('resize demo --machine-type e2-standard-2', origin, buildCreateDefaults());
  const pressed = routeButton(
    'resize.confirm',
    '{"cluster":"demo","run":"r0","machineType":"e2-standard-2"}',
    origin,
  ) as Route;

  test.each([
    ['typed', typed, {}],
    ['pressed', pressed, { shownRun: 'r0' }],
  ])('%s requests the machine type for this user and channel', async (_, routed, shownRun) => {
    const calls: unknown[][] = [];
    const shown = await shownBy(routed, createDeps({ run: 'r1' }, calls));
    const request = { machineType: 'e2-standard-2', ...shownRun, requester: testUser, channel };
    expect(calls).toEqual([
      ['resizeCluster', 'demo', request],
      ['getRunView', 'r1'],
    ]);
    expect(shown.text).toContain('everything that will be restarted');
    expect(routed).toMatchObject({ permission: 'create' });
  });

  test.each([
    ['a problem', { problem: 'there is no machine type "x1"' }, 'there is no machine type "x1"'],
    ['nothing to do', { unchanged: 'ready' }, 'Nothing to do'],
    ['no such cluster', { notFound: true }, 'not found'],
    [
      'the cluster is busy',
      { activeRun: { run: 'r0', operation: 'resize', requester: testUser, since: new Date(0) } },
      'resize in progress',
    ],
  ])('a result of %s is shown', async (_, answer, words) => {
    expect((await shownBy(typed, createDeps(answer))).text).toContain(words);
  });

  test.each([
    '',
    '{"cluster":"demo"}',
    '{"cluster":"demo","machineType":"$(x)"}',
    '{"cluster":"../x","machineType":"e2"}',
  ])('refuses a button value like %j', (value) => {
    expect(routeButton('resize.confirm', value, origin)).toHaveProperty('immediateReply');
  });

  test.each(['resize', 'resize demo', 'resize demo --machine-type E2!'])('rejects %j', (text) => {
    expect(routeCommand(text, origin, buildCreateDefaults())).toHaveProperty('immediateReply');
  });
});

describe('doctor', () => {
  test('inspects the cluster and shows the report to the requester', async () => {
    const routed = routeCommand('doctor demo', origin, buildCreateDefaults());
    const report = {
      cluster: 'demo',
      settledState: 'ready',
      instances: [],
      hardening: [],
      issues: [{ instance: 'demo-worker-0', text: 'it is TERMINATED' }],
    };
    const shown = await shownBy(routed, createDeps(report));
    expect(routed).toMatchObject({ permission: 'look' });
    expect(JSON.stringify(shown.blocks)).toContain('worker-0: it is TERMINATED');
  });

  test('reports an unknown cluster', async () => {
    expect(
      (await shownBy(routeCommand('doctor demo', origin, buildCreateDefaults()), createDeps({ notFound: true }))).text,
    ).toContain('not found');
  });
});

describe('a diagnosis in a run’s thread', () => {
  const diagnosed = {
    type: 'step.diagnosed',
    step: 'etcd/a',
    findings: ['f1-micro is too small'] as string[],
    resizeTo: 'e2-standard-2',
  } as const;

  test('posts the first diagnosis with a button, and skips a concurrent one', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(environment, diagnosed, { ...diagnosed, step: 'etcd/b' });
    expect(environment.chat.listReplyTexts(getSummaryMessage(environment))).toEqual([
      '🩺 demo: instances are too small; f1-micro is too small',
    ]);
  });

  test('posts again after a resume', async () => {
    const environment = await createNotifierEnvironment();
    await notifyEvents(
      environment,
      diagnosed,
      { type: 'run.finished', outcome: 'failed' },
      { type: 'run.resumed', actor: testUser },
      diagnosed,
    );
    expect(
      environment.chat.listReplyTexts(getSummaryMessage(environment)).filter((text) => text.startsWith('🩺')).length,
    ).toBe(2);
  });
});
