import { renderCreateFormOpened, renderCreateFormPrompt } from '../../../src/commands/messages/create-form-prompt.ts';
import { type CreateFormState, renderCreateModal } from '../../../src/commands/messages/create-modal.ts';
import { renderDenialModal } from '../../../src/commands/messages/denial.ts';
import { releases } from '../../../src/engine/cluster/releases.ts';
import { findShortfalls } from '../../../src/engine/phases/preflight.ts';
import { channel, grace, spec } from './fixtures.ts';
import { createMessageSamples, type Sample } from './sample.ts';

const { region, zone, machineType, version, subnet, podCidr, serviceCidr } = spec;
const machineTypeSpecs: readonly (readonly [name: string, cpus: number, memoryMb: number, sharedCpu?: true])[] = [
  ['f1-micro', 1, 614, true],
  ['g1-small', 1, 1740, true],
  ['e2-micro', 2, 1024, true],
  ['e2-medium', 2, 4096, true],
  ['e2-standard-2', 2, 8192],
  ['e2-standard-4', 4, 16_384],
  ['n1-standard-1', 1, 3840],
  ['n1-standard-2', 2, 7680],
];
const machineTypes = machineTypeSpecs.map(([name, cpus, memoryMb, sharedCpu = false]) => {
  const type = { name, cpus, memoryMb, sharedCpu };
  return { ...type, shortfall: findShortfalls(type) };
});
const regions = ['europe-west1', 'us-central1', 'us-west1'].map((name) => ({
  name,
  zones: ['a', 'b', 'c'].map((letter) => `${name}-${letter}`),
}));
const defaultForm: CreateFormState = {
  id: 'create.form',
  value: { channel, isExpanded: false, undersizedTypes: {} },
  channelChoice: { channel },
  values: {
    ...{ region, zone, machineType, version, controllers: '3', workers: '3' },
    ...{ subnet, podCidr, serviceCidr, sshFrom: '0.0.0.0/0' },
  },
  versions: releases.map((one) => one.kubernetes),
  isExpanded: false,
  computeChoices: { regions, machineTypes },
  isLoading: false,
};

function createFormSample(name: string, overrides: Partial<CreateFormState>): Sample {
  return { group: 'Create', name, surface: 'modal', message: renderCreateModal({ ...defaultForm, ...overrides }) };
}

/** Forms, in each of their states. */
export const formSamples: readonly Sample[] = [
  createFormSample('the form', {}),
  createFormSample('before Compute Engine has answered', { isLoading: true, computeChoices: {} }),
  createFormSample('without an answer', { computeChoices: { problem: 'no answer within 8 s' } }),
  createFormSample('with everything', {
    isExpanded: true,
    values: { ...defaultForm.values, name: 'demo', ttl: '8h', forceSize: 'yes' },
  }),
  createFormSample('from Home, any channel', { channelChoice: { choices: 'all' } }),
  createFormSample('from Home, one of twelve channels', {
    channelChoice: { choices: Array.from({ length: 12 }, (_, n) => `C0CLUSTER${n}`) },
  }),
  createFormSample('from Home, one of two channels', { channelChoice: { choices: [channel, 'C0GENERAL'] } }),
  {
    group: 'Create',
    name: 'by somebody who may not',
    surface: 'modal',
    message: renderDenialModal({ reason: 'not-a-creator', allowed: [grace, { group: 'S0000OPS0' }] }),
  },
  ...createMessageSamples('Create', 'ephemeral', {
    'where nothing can be opened': renderCreateFormPrompt('create.openForm'),
    'while the form is open': renderCreateFormOpened(),
  }),
];
