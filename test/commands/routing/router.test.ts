import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import type { CommandDeps, CommandReply } from '../../../src/commands/routing/command.ts';
import { commandRegistry } from '../../../src/commands/routing/command-registry.ts';
import { routeButton } from '../../../src/commands/routing/route-button.ts';
import { routeCommand } from '../../../src/commands/routing/route-command.ts';
import { routeModalSubmission } from '../../../src/commands/routing/route-modal.ts';
import type { ClusterService } from '../../../src/engine/service/cluster-service.ts';
import { createSampleCatalog, createSampleVersions } from '../../fixtures/compute-catalog.ts';
import { buildCreateDefaults, buildSpec, channel, testUser } from '../../fixtures/run.ts';

type Call = readonly [string, ...unknown[]];

/** A cluster service that writes down what it is asked and answers that a run was started. */
function createDeps(calls: Call[]): CommandDeps {
  const clusterService = new Proxy({} as ClusterService, {
    get:
      (_, name: string) =>
      async (...args: unknown[]) => {
        calls.push([name, ...args]);
        return { run: 'r1' };
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

async function routeAndExecute(text: string): Promise<{ calls: Call[]; reply: CommandReply }> {
  const calls: Call[] = [];
  const routed = routeCommand(text, { requester: testUser, channel }, buildCreateDefaults());
  const reply = 'immediateReply' in routed ? routed.immediateReply : await routed.execute(createDeps(calls));
  return { calls, reply };
}

function textOf(reply: CommandReply): string {
  return JSON.stringify(reply.message);
}

describe('calls of the cluster service', () => {
  test.each([
    ['create demo', {}],
    ['CREATE demo', {}],
    ['  create   demo  ', {}],
    ['create "demo"', {}],
    ['create “demo”', {}],
    ['create demo --workers 0', { workers: 0 }],
    ['create demo --workers=20 --pod-cidr 10.160.0.0/11', { workers: 20, podCidr: '10.160.0.0/11' }],
    ['create --controllers 5 demo', { controllers: 5 }],
    ['create demo —controllers 1 –workers 2', { controllers: 1, workers: 2 }],
    ['create demo --zone europe-west1-b', { region: 'europe-west1', zone: 'europe-west1-b' }],
    ['create demo --region us-west1', {}],
    ['create demo --ssh-from 203.0.113.7', { sshRanges: ['203.0.113.7/32'] }],
    [
      'create demo --ssh-from 203.0.113.0/24,198.51.100.0/25,203.0.113.0/24',
      { sshRanges: ['198.51.100.0/25', '203.0.113.0/24'] },
    ],
    ['create demo --version v1.36.4', { version: '1.36.4' }],
    ['create demo --force-size --machine-type e2-micro', { forceSize: true, machineType: 'e2-micro' }],
    [
      'create demo --subnet 10.241.0.0/26 --service-cidr 10.33.0.0/24',
      { subnet: '10.241.0.0/26', serviceCidr: '10.33.0.0/24' },
    ],
  ] as const)('%s', async (text, change) => {
    expect((await routeAndExecute(text)).calls).toEqual([
      ['createCluster', { spec: buildSpec(change), requester: testUser, channel }],
    ]);
  });

  test.each([
    ['30m', 1_800_000],
    ['8h', 28_800_000],
    ['2d', 172_800_000],
  ])('create demo --ttl %s', async (ttl, ttlMs) => {
    const { calls } = await routeAndExecute(`create demo --ttl ${ttl}`);
    expect(calls).toEqual([['createCluster', { spec: buildSpec(), requester: testUser, channel, ttlMs }]]);
  });

  test.each([
    ['status demo', ['getStatus', 'demo']],
    ['resume demo', ['resumeRun', 'demo', testUser, undefined]],
    ['cancel demo', ['cancelRun', 'demo', testUser]],
    ['smoke demo', ['runSmokeTest', 'demo', testUser, channel]],
    ['kubeconfig demo', ['issueKubeconfig', 'demo', { requester: testUser, role: 'cluster-admin', hours: 24 }]],
    [
      'kubeconfig demo --role view --hours 720',
      ['issueKubeconfig', 'demo', { requester: testUser, role: 'view', hours: 720 }],
    ],
    ['rebuild demo --from etcd', ['rebuildCluster', 'demo', { fromPhase: 'etcd', requester: testUser, channel }]],
    [
      'rebuild demo --from controllers --machine-type e2-standard-4',
      [
        'rebuildCluster',
        'demo',
        { fromPhase: 'controllers', machineType: 'e2-standard-4', requester: testUser, channel },
      ],
    ],
    ['audit demo --jsonl', ['getAuditLog', 'demo']],
  ] as const)('%s', async (text, call) => {
    const calls: Call[] = [];
    const routed = routeCommand(text, { requester: testUser, channel }, buildCreateDefaults());
    if ('immediateReply' in routed) throw new Error(textOf(routed.immediateReply));
    await routed.execute(createDeps(calls)).catch(() => undefined);
    const observations = text.startsWith('kubeconfig') ? [['listMissingParts', 'demo']] : [];
    expect(calls).toEqual([call, ...observations]);
  });
});

describe('invalid input is answered immediately with the problems', () => {
  test.each([
    ['crate demo', 'did you mean `create`?'],
    ['frobnicate', 'unknown command `frobnicate`'],
    ['create', '`NAME` is missing'],
    ['create Demo', 'lower-case letters'],
    ['create demo-', 'don’t end with a hyphen'],
    ['create 9demo', 'start with a letter'],
    [`create ${'a'.repeat(41)}`, 'at most 40 characters'],
    ['create demo extra', 'unexpected argument `extra`'],
    ['create demo --worker 3', 'did you mean `--workers`?'],
    ['create demo --frob 3', 'unknown flag `--frob`'],
    ['create demo --workers', '`--workers` needs a value'],
    ['create demo --workers --controllers 3', '`--workers` needs a value'],
    ['create demo --workers 3 --workers 4', '`--workers` is given twice'],
    ['create demo --workers 21', 'at most 20'],
    ['create demo --workers -1', 'must be a whole number'],
    ['create demo --workers three', 'must be a whole number'],
    ['create demo --controllers 2', 'must be 1, 3 or 5'],
    ['create demo --force-size=yes', 'takes no value'],
    ['create demo --version 1.36', 'did you mean 1.36.4?'],
    ['create demo --version 9', 'unsupported version'],
    ['create demo --version 1.30.14', 'not available for download; use one of 1.20.2, 1.36.4'],
    ['create demo --machine-type E2!', 'not a machine type'],
    ['create demo --region mars', 'not a region'],
    ['create demo --region europe-west1', 'not a zone of europe-west1'],
    ['create demo --zone us-west1', 'not a zone of us-west1'],
    ['create demo --subnet 10.240.0.0', 'not an IPv4 CIDR'],
    ['create demo --subnet 10.240.0.1/24', 'did you mean 10.240.0.0/24?'],
    ['create demo --subnet 10.240.0.0/27', 'too small; use a /26 or larger'],
    ['create demo --subnet 10.0.0.0/8', 'too large; use a /16 or smaller'],
    ['create demo --pod-cidr 10.200.0.0/24', 'each of 3 worker nodes needs a /24'],
    ['create demo --pod-cidr 10.240.0.0/16', 'overlaps `--subnet 10.240.0.0/24`'],
    ['create demo --service-cidr 10.200.4.0/24', 'overlaps `--pod-cidr 10.200.0.0/16`'],
    ['create demo --service-cidr 10.240.0.0/24', 'overlaps `--subnet 10.240.0.0/24`'],
    ['create demo --pod-cidr 010.200.0.0/16', 'not an IPv4 CIDR'],
    ['create demo --ssh-from anywhere', '"anywhere" is not an IPv4 CIDR; use the form 203.0.113.0/24'],
    ['create demo --ssh-from 10.0.0.0/8,2001:db8::/32', '"2001:db8::/32" is not an IPv4 CIDR'],
    ['create demo --ssh-from 10.0.0.0/8,', '"" is not an IPv4 CIDR'],
    ['create demo --ssh-from 010.0.0.0/8', 'not an IPv4 CIDR'],
    ['create demo --ssh-from 203.0.113.7/24', 'did you mean 203.0.113.0/24?'],
    [
      `create demo --ssh-from ${Array.from({ length: 51 }, (_, i) => `10.0.0.${i}`)}`,
      '51 ranges; at most 50 are allowed',
    ],
    ['create demo --ttl 8', 'use the form 8h or 2d'],
    ['create demo --ttl 0h', 'use the form 8h or 2d'],
    ['create demo --ttl 29m', 'from 30m to 90d'],
    ['create demo --ttl 91d', 'from 30m to 90d'],
    ['kubeconfig demo --hours 721', 'at most 720'],
    ['kubeconfig demo --role root', 'view, edit, admin or cluster-admin'],
    ['kubeconfig demo --hours 0', 'must be a whole number of hours'],
    ['status', '`NAME` is missing'],
    ['status a/b', 'lower-case letters'],
    ['rebuild demo', '`--from` is missing'],
    ['rebuild demo --from controlers', 'did you mean `controllers`?'],
    ['rebuild demo --from moon', 'use one of network, controllers, etcd'],
    ['rebuild demo --from etcd --machine-type E2!', 'not a machine type'],
    ['scale demo', '`--workers` is missing'],
    ['scale demo --workers 21', 'at most 20'],
    ['scale demo --workers -1', 'must be a whole number'],
    ['audit', '`NAME` is missing'],
    ['list everything', 'unexpected argument `everything`'],
  ])('%s', (text, problem) => {
    const routed = routeCommand(text, { requester: testUser, channel }, buildCreateDefaults());
    if (!('immediateReply' in routed)) throw new Error('not answered at once');
    expect(textOf(routed.immediateReply)).toContain(JSON.stringify(problem).slice(1, -1));
    expect(textOf(routed.immediateReply)).toContain('/kthw help');
  });

  test('reports every problem, not only the first', () => {
    const routed = routeCommand(
      'create Demo --workers 99 --controllers 4',
      { requester: testUser, channel },
      buildCreateDefaults(),
    );
    const text = 'immediateReply' in routed ? textOf(routed.immediateReply) : '';
    expect(text).toMatch(/lower-case.*must be 1, 3 or 5.*at most 20/);
  });
});

test('the index exports every command', () => {
  const folder = new URL('../../../src/commands/', import.meta.url);
  const defining = readdirSync(folder).filter(
    (file) =>
      file.endsWith('.ts') && /= defineCommand\(|: ImmediateCommand</.test(readFileSync(new URL(file, folder), 'utf8')),
  );
  const index = readFileSync(new URL('index.ts', folder), 'utf8');
  expect(defining.filter((file) => !index.includes(`'./${file}'`))).toEqual([]);
  expect(commandRegistry).toHaveLength(defining.length);
});

describe('help', () => {
  test.each(['', 'help', 'HELP'])('"%s" lists every command', (text) => {
    const routed = routeCommand(text, { requester: testUser, channel }, buildCreateDefaults());
    const shown = 'immediateReply' in routed ? textOf(routed.immediateReply) : '';
    for (const { name, summary } of commandRegistry) {
      expect(shown).toContain(`/kthw ${name}`);
      expect(shown).toContain(summary);
    }
  });

  test.each(['help create', 'create --help', 'create demo --workers 3 -h'])(
    '"%s" lists every flag with its default',
    (text) => {
      const routed = routeCommand(text, { requester: testUser, channel }, buildCreateDefaults());
      const shown = 'immediateReply' in routed ? textOf(routed.immediateReply) : '';
      const flags = [
        'controllers',
        'workers',
        'machine-type',
        'region',
        'zone',
        'version',
        'subnet',
        'pod-cidr',
        'service-cidr',
        'ttl',
        'force-size',
      ];
      for (const flag of flags) expect(shown).toContain(`--${flag}`);
      expect(shown).toContain('(e2-standard-2)');
    },
  );

  test.each(commandRegistry.map(({ name, examples }) => [name, examples] as const))(
    'the examples of %s are valid',
    (name, examples) => {
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        const routed = routeCommand(
          example.replace('/kthw ', ''),
          { requester: testUser, channel },
          buildCreateDefaults(),
        );
        expect('execute' in routed || name === 'help').toBe(true);
      }
    },
  );

  test('suggests the closest command', () => {
    const routed = routeCommand('help delte', { requester: testUser, channel }, buildCreateDefaults());
    expect('immediateReply' in routed && textOf(routed.immediateReply)).toContain('did you mean `delete`?');
  });
});

describe('buttons', () => {
  function pressed(id: string, value: string) {
    const routed = routeButton(id, value, { requester: testUser, channel });
    if (!routed || !('execute' in routed)) throw new Error('not routed to work');
    return routed;
  }

  test('delete opens a modal for the name without a service call', () => {
    const routed = routeButton('delete.confirm', '{"cluster":"demo","run":"r0"}', { requester: testUser, channel });
    if (!routed || !('openModal' in routed)) throw new Error('opens nothing');
    expect(routed.openModal(createDeps([])).view).toMatchObject({
      callback_id: 'delete.confirmName',
      private_metadata: '{"cluster":"demo","run":"r0"}',
    });
  });

  test('cancel makes no service call', async () => {
    const calls: Call[] = [];
    expect(await pressed('delete.cancel', '{"cluster":"demo","run":"r0"}').execute(createDeps(calls))).toMatchObject({
      replaceOriginal: true,
    });
    expect(calls).toEqual([]);
  });

  test.each([
    ['approval.approve', true],
    ['approval.reject', false],
  ])('%s decides, with authorization', async (id, isApproval) => {
    const calls: Call[] = [];
    const routed = pressed(id, '{"run":"r1","digest":"d1"}');
    expect(routed.permission).toEqual({ run: 'r1', isApproval });
    await routed.execute(createDeps(calls));
    expect(calls[0]).toEqual(['decideApproval', 'r1', 'd1', testUser, isApproval]);
  });

  test.each(['{"run":"r1"}', '{"run":"r1","digest":""}', '{"run":"../r1","digest":"d1"}', '{"run":1,"digest":"d1"}'])(
    'refuses a decision with %s',
    (value) => {
      const routed = routeButton('approval.approve', value, { requester: testUser, channel });
      expect(routed && 'immediateReply' in routed).toBe(true);
    },
  );

  test.each([undefined, '', 'demo', '{"cluster":"../x"}', '{"cluster":"demo","more":1}', '[]'])(
    'refuses a value like %j',
    (value) => {
      const routed = routeButton('delete.confirm', value, { requester: testUser, channel });
      expect(routed && 'immediateReply' in routed).toBe(true);
    },
  );

  test('of other apps are ignored', () => {
    expect(
      routeModalSubmission({ id: 'other.modal', metadata: '{}', input: {} }, testUser, createDeps([])),
    ).toBeUndefined();
    expect(routeButton('other.button', '{}', { requester: testUser, channel })).toBeUndefined();
  });
});

describe('the delete modal', () => {
  const about = '{"cluster":"demo","run":"r0"}';

  test.each(['demo', ' demo '])('takes %j for the name', async (name) => {
    const calls: Call[] = [];
    const routed = routeModalSubmission(
      { id: 'delete.confirmName', metadata: about, input: { name } },
      testUser,
      createDeps([]),
    );
    if (!routed || 'errors' in routed || 'immediateReply' in routed.route) throw new Error('not taken');
    expect(routed.route).toMatchObject({ permission: 'create', subject: { cluster: 'demo' } });
    await routed.route.execute(createDeps(calls), channel);
    expect(calls).toEqual([
      ['deleteCluster', 'demo', testUser, channel, { stops: undefined, shownRun: 'r0', requiresApproval: false }],
    ]);
  });

  test('stops only the run that it names', async () => {
    const calls: Call[] = [];
    const stops = { run: 'r1', operation: 'scale', requester: testUser, donePercent: 54 };
    const metadata = JSON.stringify({ cluster: 'demo', run: 'r1', stops });
    const submission = { id: 'delete.confirmName', metadata, input: { name: 'demo' } };
    const routed = routeModalSubmission(submission, testUser, createDeps([]));
    if (!routed || 'errors' in routed || 'immediateReply' in routed.route) throw new Error('not taken');
    await routed.route.execute(createDeps(calls), channel);
    expect(calls).toEqual([
      ['deleteCluster', 'demo', testUser, channel, { stops: 'r1', shownRun: 'r1', requiresApproval: false }],
    ]);
  });

  test.each(['', 'Demo', 'demo2', 'dem', 'demo demo'])('says so beside the field for %j', (name) => {
    const routed = routeModalSubmission(
      { id: 'delete.confirmName', metadata: about, input: { name } },
      testUser,
      createDeps([]),
    );
    expect(routed).toEqual({ errors: { name: expect.stringContaining('Type demo') } });
  });

  test.each([
    '',
    '{}',
    '{"cluster":"../x","run":"r0"}',
    '{"cluster":"demo"}',
    '{"cluster":"demo","run":"r0","channel":"C1"}',
  ])('ignores metadata like %j', (metadata) => {
    expect(
      routeModalSubmission({ id: 'delete.confirmName', metadata, input: { name: 'demo' } }, testUser, createDeps([])),
    ).toBeUndefined();
  });
});

test('read-only commands are exactly those with the permission look', () => {
  const looks = commandRegistry
    .filter((one) => 'permission' in one && one.permission === 'look')
    .map(({ name }) => name);
  expect(looks).toEqual(['status', 'list', 'doctor', 'audit']);
});
