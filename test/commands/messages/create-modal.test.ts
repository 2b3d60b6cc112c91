import { expect, test } from 'vitest';
import { type CreateFormState, renderCreateModal } from '../../../src/commands/messages/create-modal.ts';
import { findShortfalls } from '../../../src/engine/cluster/find-size-problem.ts';
import type { ComputeChoices, MachineTypeChoice } from '../../../src/engine/service/compute-catalog.ts';
import { sampleChoices } from '../../fixtures/compute-catalog.ts';
import { expectWithinLimits } from './within-limits.ts';

function aForm(change: Partial<CreateFormState> = {}): CreateFormState {
  const values = {
    region: 'us-west1',
    zone: 'us-west1-c',
    machineType: 'e2-standard-2',
    controllers: '3',
    workers: '3',
  };
  return {
    ...{ id: 'create.form', value: {}, channelChoices: undefined, versions: ['1.20.2'], isExpanded: true },
    ...{ values: { ...values, version: '1.20.2' }, computeChoices: sampleChoices, isLoading: false },
    ...change,
  };
}

/** A zone of Compute Engine's with the families and sizes that it has by the hundred. */
function hundreds(): MachineTypeChoice[] {
  const families = [
    'a2',
    'a3',
    'c2',
    'c2d',
    'c3',
    'c3d',
    'c4',
    'e2',
    'g2',
    'm1',
    'm3',
    'n1',
    'n2',
    'n2d',
    'n4',
    't2d',
    'z3',
  ];
  return families.flatMap((family) =>
    ['standard', 'highmem', 'highcpu', 'standard-lssd'].flatMap((kind) =>
      Array.from({ length: 30 }, (_, n) => {
        const type = { cpus: n + 1, memoryMb: (n + 1) * 4096, sharedCpu: false };
        return { ...type, name: `${family}-${kind}-${n + 1}`, shortfall: findShortfalls(type) };
      }),
    ),
  );
}

test.each<[string, ComputeChoices]>([
  ['a project without regions', { regions: [], machineTypes: [] }],
  [
    'a region that the project does not list',
    { ...sampleChoices, regions: [{ name: 'asia-east1', zones: ['asia-east1-a'] }] },
  ],
  ['a region without zones', { ...sampleChoices, regions: [{ name: 'us-west1', zones: [] }] }],
  ['a zone with hundreds of machine types', { ...sampleChoices, machineTypes: hundreds() }],
  ['no options', {}],
])('is within Slack’s limits before and after options are loaded: %s', (_, computeChoices) => {
  for (const isLoading of [true, false]) expectWithinLimits(renderCreateModal(aForm({ computeChoices, isLoading })));
});

test('lists no accelerator or very large machine types, but always the selected one', () => {
  const chosen = 'm1-highmem-30';
  const { values } = aForm();
  const form = aForm({
    computeChoices: { ...sampleChoices, machineTypes: hundreds() },
    values: { ...values, machineType: chosen },
  });
  const json = JSON.stringify(renderCreateModal(form));
  expect(json).toContain('"value":"c3-standard-16"');
  expect(json).not.toContain('"value":"c3-standard-17"');
  expect(json).not.toContain('"value":"a2-');
  expect(json).not.toContain('"value":"g2-');
  expect(json).toContain(`"initial_option":{"value":"${chosen}"`);
});
