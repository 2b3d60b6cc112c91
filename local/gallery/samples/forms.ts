import type { CreateFormState } from '../../../src/commands/messages/create-modal.ts';
import { channel, grace, spec } from './fixtures.ts';
import type { SampleCatalogue } from './sample.ts';

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
  return { ...type, shortfall: sharedCpu ? ['shared-core; 1 full vCPU required'] : [] };
});
const regions = ['europe-west1', 'us-central1', 'us-west1'].map((name) => ({
  name,
  zones: ['a', 'b', 'c'].map((letter) => `${name}-${letter}`),
}));
const defaultForm: CreateFormState = {
  id: 'create.form',
  value: { asksForChannel: false, isExpanded: false, undersizedTypes: {} },
  channelChoices: undefined,
  values: {
    region,
    zone,
    machineType,
    version,
    controllers: '3',
    workers: '3',
    subnet,
    podCidr,
    serviceCidr,
    sshFrom: '0.0.0.0/0',
  },
  versions: ['1.34.10', version],
  isExpanded: false,
  computeChoices: { regions, machineTypes },
  isLoading: false,
};

function createForm(overrides: Partial<CreateFormState>): [CreateFormState] {
  return [{ ...defaultForm, ...overrides }];
}

/** The create form and its prompt. */
export const formSamples = {
  renderCreateModal: {
    group: 'Create',
    surface: 'modal',
    states: {
      form: createForm({}),
      'loading options': createForm({ isLoading: true, computeChoices: {}, versions: [version] }),
      'options unavailable': createForm({ computeChoices: { problem: 'no answer within 8 s' } }),
      'all options': createForm({
        isExpanded: true,
        values: { ...defaultForm.values, name: 'demo', ttl: '8h', forceSize: 'yes' },
      }),
      'from Home, any channel': createForm({ channelChoices: 'all' }),
      'from Home, twelve channels': createForm({
        channelChoices: Array.from({ length: 12 }, (_, n) => `C0CLUSTER${n}`),
      }),
      'from Home, two channels': createForm({ channelChoices: [channel, 'C0GENERAL'] }),
    },
  },
  renderDenialModal: {
    group: 'Create',
    surface: 'modal',
    states: { 'read-only user': [{ reason: 'not-a-creator', allowed: [grace, { group: 'S0000OPS0' }] }] },
  },
  renderCreateFormPrompt: {
    group: 'Create',
    surface: 'ephemeral',
    states: { 'without a trigger': ['create.openForm'] },
  },
  renderCreateFormOpened: { group: 'Create', surface: 'ephemeral', states: { 'form opened': [] } },
} satisfies Partial<SampleCatalogue>;
