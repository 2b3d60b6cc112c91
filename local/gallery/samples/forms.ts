import { formIsOpen, offerForm } from '../../../src/commands/messages/create-form-prompt.ts';
import { type CreateForm, createModal } from '../../../src/commands/messages/create-modal.ts';
import { notAllowedModal } from '../../../src/commands/messages/denial.ts';
import { releases } from '../../../src/engine/cluster/releases.ts';
import { shortfalls } from '../../../src/engine/phases/preflight.ts';
import { channel, grace, spec } from './fixtures.ts';
import { messages, type Sample } from './sample.ts';

const { region, zone, machineType, version, subnet, podCidr, serviceCidr } = spec;
const types: readonly (readonly [name: string, cpus: number, memoryMb: number, sharedCpu?: true])[] = [
  ['f1-micro', 1, 614, true],
  ['g1-small', 1, 1740, true],
  ['e2-micro', 2, 1024, true],
  ['e2-medium', 2, 4096, true],
  ['e2-standard-2', 2, 8192],
  ['e2-standard-4', 4, 16_384],
  ['n1-standard-1', 1, 3840],
  ['n1-standard-2', 2, 7680],
];
const sizes = types.map(([name, cpus, memoryMb, sharedCpu = false]) => {
  const type = { name, cpus, memoryMb, sharedCpu };
  return { ...type, lacks: shortfalls(type) };
});
const regions = ['europe-west1', 'us-central1', 'us-west1'].map((name) => ({
  name,
  zones: ['a', 'b', 'c'].map((letter) => `${name}-${letter}`),
}));
const asked: CreateForm = {
  id: 'create.form',
  value: { channel, more: false, small: {} },
  where: { channel },
  values: {
    ...{ region, zone, machineType, version, controllers: '3', workers: '3' },
    ...{ subnet, podCidr, serviceCidr, sshFrom: '0.0.0.0/0' },
  },
  versions: releases.map((one) => one.kubernetes),
  more: false,
  offer: { regions, sizes },
  asking: false,
};

function modal(name: string, change: Partial<CreateForm>): Sample {
  return { group: 'Create', name, surface: 'modal', message: createModal({ ...asked, ...change }) };
}

/** Forms, in each of their states. */
export const formSamples: readonly Sample[] = [
  modal('the form', {}),
  modal('before Compute Engine has answered', { asking: true, offer: {} }),
  modal('without an answer', { offer: { problem: 'no answer within 8 s' } }),
  modal('with everything', { more: true, values: { ...asked.values, name: 'demo', ttl: '8h', forceSize: 'yes' } }),
  modal('from Home, any channel', { where: { among: 'all' } }),
  modal('from Home, one of twelve channels', {
    where: { among: Array.from({ length: 12 }, (_, n) => `C0CLUSTER${n}`) },
  }),
  modal('from Home, one of two channels', { where: { among: [channel, 'C0GENERAL'] } }),
  {
    group: 'Create',
    name: 'by somebody who may not',
    surface: 'modal',
    message: notAllowedModal({ why: 'not-a-creator', may: [grace, { group: 'S0000OPS0' }] }),
  },
  ...messages('Create', 'ephemeral', {
    'where nothing can be opened': offerForm('create.fillIn'),
    'while the form is open': formIsOpen(),
  }),
];
