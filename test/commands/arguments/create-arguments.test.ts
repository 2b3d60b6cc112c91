import { describe, expect, test } from 'vitest';
import { toRawCreateArgs } from '../../../src/commands/arguments/create-args-schema.ts';
import { parseArguments } from '../../../src/commands/arguments/parse-arguments.ts';
import { allowAllPolicy } from '../../../src/commands/authorization/policy.ts';
import { create } from '../../../src/commands/create.ts';
import { openCreateModal, updateCreateModal } from '../../../src/commands/interactions/create-modal.ts';
import { CreateModalState } from '../../../src/commands/interactions/create-modal-state.ts';
import { parseCreateInput } from '../../../src/commands/interactions/parse-create-input.ts';
import type { ClusterService } from '../../../src/engine/service/cluster-service.ts';
import { createSampleCatalog, createSampleVersions } from '../../fixtures/compute-catalog.ts';
import { buildCreateDefaults, buildSpec } from '../../fixtures/run.ts';

/** Every field of the form as it is when nothing was changed. */
function unchanged(): Record<string, string> {
  const { forceSize: _, name: __, sshRanges = [], ...spec } = buildSpec();
  const texts = Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, String(value)]));
  return { ...texts, sshFrom: sshRanges.join(), name: 'demo', forceSize: '', otherType: '', ttl: '' };
}

const state = { asksForChannel: false, isExpanded: true, undersizedTypes: {} };
const deps = {
  defaults: buildCreateDefaults(),
  policy: allowAllPolicy,
  authorize: async () => undefined,
  computeCatalog: createSampleCatalog(),
  versionCatalog: createSampleVersions(),
  clusterService: {} as ClusterService,
};

describe('the form rejects what the flags reject, with equal messages', () => {
  test.each([
    ['name', 'Demo', []],
    ['name', 'a'.repeat(41), []],
    ['controllers', '2', ['--controllers', '2']],
    ['workers', '21', ['--workers', '21']],
    ['workers', 'three', ['--workers', 'three']],
    ['machineType', 'E2!', ['--machine-type', 'E2!']],
    ['region', 'mars', ['--region', 'mars']],
    ['zone', 'us-east1-b', ['--region', 'us-west1', '--zone', 'us-east1-b']],
    ['version', '9', ['--version', '9']],
    ['subnet', '10.240.0.1/24', ['--subnet', '10.240.0.1/24']],
    ['podCidr', '10.240.0.0/16', ['--pod-cidr', '10.240.0.0/16']],
    ['serviceCidr', '10.200.4.0/24', ['--service-cidr', '10.200.4.0/24']],
    ['sshFrom', '203.0.113.7/24', ['--ssh-from', '203.0.113.7/24']],
    ['sshFrom', 'home, office', ['--ssh-from', 'home, office']],
    ['ttl', '8', ['--ttl', '8']],
    ['ttl', '91d', ['--ttl', '91d']],
  ])('%s %s', (block, value, flags) => {
    const read = parseCreateInput(state, { ...unchanged(), [block]: value }, deps);
    if (!('errors' in read)) throw new Error('nothing is wrong with it');
    const message = read.errors[block];
    const typed = parseArguments(create, [block === 'name' ? value : 'demo', ...flags], buildCreateDefaults());
    if (!('problems' in typed)) throw new Error('nothing is wrong with the flags');
    expect(message?.length).toBeGreaterThan(5);
    expect(typed.problems.join('\n')).toContain(message);
  });

  test('the form and the flags build the same spec', () => {
    const read = parseCreateInput(state, unchanged(), deps);
    const typed = parseArguments(create, ['demo', '--region', 'us-west1'], buildCreateDefaults());
    expect(read).toEqual(typed);
  });
});

test.each([
  '',
  '--controllers 1 --workers 0 --machine-type e2-standard-4 --ttl 30m --pause',
  '--zone europe-west1-b --ttl 25h --force-size --ssh-from 203.0.113.7,198.51.100.0/25',
  '--ttl 90d --subnet 10.241.0.0/26 --service-cidr 10.33.0.0/24 --pod-cidr 10.160.0.0/11',
])('create %j can be repeated by a button', (flags) => {
  const typed = parseArguments(create, ['demo', ...flags.split(' ').filter(Boolean)], buildCreateDefaults());
  if (!('args' in typed)) throw new Error(typed.problems.join());
  const args = typed.args as Parameters<typeof toRawCreateArgs>[0];
  const raw = JSON.parse(JSON.stringify(toRawCreateArgs(args)));
  expect(create.buildArgsSchema(buildCreateDefaults()).parse(raw)).toEqual(args);
});

test('requires the name prefix in flags and form, and offers it in the form', () => {
  const prefixed = { ...deps, defaults: { ...deps.defaults, namePrefix: 'k8s-' } };
  const message = 'must start with k8s-, such as k8s-demo';
  expect(parseArguments(create, ['demo'], prefixed.defaults)).toEqual({ problems: [`\`NAME demo\`: ${message}`] });
  expect(parseArguments(create, ['k8s-demo'], prefixed.defaults)).not.toHaveProperty('problems');
  expect(parseCreateInput(state, unchanged(), prefixed)).toEqual({ errors: { name: message } });
  expect(parseCreateInput(state, { ...unchanged(), name: 'k8s-demo' }, prefixed)).toHaveProperty('args');
  expect(JSON.stringify(openCreateModal('C1', prefixed))).toContain('"initial_value":"k8s-"');
  expect(JSON.stringify(openCreateModal('C1', deps))).not.toContain('k8s-');
});

test('shows errors of hidden fields on the name field', () => {
  const { podCidr: _, ...shown } = unchanged();
  const read = parseCreateInput(state, { ...shown, subnet: '10.200.0.0/24' }, deps);
  expect(read).toEqual({ errors: { name: '--pod-cidr: overlaps `--subnet 10.200.0.0/24`' } });
});

test('rejects a channel in which kthw is not enabled', () => {
  const policy = { ...allowAllPolicy, channels: ['C2'] };
  const choose = (channel: string) =>
    parseCreateInput(
      { asksForChannel: true, isExpanded: false, undersizedTypes: {} },
      { ...unchanged(), channel },
      { ...deps, policy },
    );
  expect(choose('C1')).toEqual({ errors: { channel: 'kthw is not enabled in this channel' } });
  expect(choose('C2')).toHaveProperty('args');
});

test('the form has every option of the command', () => {
  const { private_metadata: metadata = '' } = openCreateModal('C1', deps).view;
  const more = updateCreateModal(CreateModalState.parse(JSON.parse(metadata)), unchanged(), 'advanced', deps);
  const blocks = more?.view.blocks.map((one) => one.block_id);
  expect(blocks).toEqual(expect.arrayContaining(Object.keys(create.buildArgsSchema(buildCreateDefaults()).shape)));
});
