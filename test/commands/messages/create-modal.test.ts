import { expect, test } from 'vitest';
import { type CreateForm, createModal } from '../../../src/commands/messages/create-modal.ts';
import { shortfalls } from '../../../src/engine/phases/preflight.ts';
import type { Offer, Size } from '../../../src/engine/service/compute-catalog.ts';
import { someOffer } from '../../fixtures/compute-catalog.ts';
import { expectWithinLimits } from './within-limits.ts';

function aForm(change: Partial<CreateForm> = {}): CreateForm {
  const values = {
    region: 'us-west1',
    zone: 'us-west1-c',
    machineType: 'e2-standard-2',
    controllers: '3',
    workers: '3',
  };
  return {
    ...{ id: 'create.form', value: {}, where: { channel: 'C1' }, versions: ['1.20.2'], more: true },
    ...{ values: { ...values, version: '1.20.2' }, offer: someOffer, asking: false },
    ...change,
  };
}

/** A zone of Compute Engine's with the families and sizes that it has by the hundred. */
function hundreds(): Size[] {
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
        return { ...type, name: `${family}-${kind}-${n + 1}`, lacks: shortfalls(type) };
      }),
    ),
  );
}

test.each<[string, Offer]>([
  ['a project that lists nothing', { regions: [], sizes: [] }],
  ['a region that the project has not', { ...someOffer, regions: [{ name: 'asia-east1', zones: ['asia-east1-a'] }] }],
  ['a region without zones', { ...someOffer, regions: [{ name: 'us-west1', zones: [] }] }],
  ['a zone with hundreds of sizes', { ...someOffer, sizes: hundreds() }],
  ['nothing known', {}],
])('the form for %s is what Slack takes, while it asks and after', (_, offer) => {
  for (const asking of [true, false]) expectWithinLimits(createModal(aForm({ offer, asking })));
});

test('sizes with accelerators and very large ones are left to be typed; the chosen one is always there', () => {
  const chosen = 'm1-highmem-30';
  const { values } = aForm();
  const form = aForm({ offer: { ...someOffer, sizes: hundreds() }, values: { ...values, machineType: chosen } });
  const json = JSON.stringify(createModal(form));
  expect(json).toContain('"value":"c3-standard-16"');
  expect(json).not.toContain('"value":"c3-standard-17"');
  expect(json).not.toContain('"value":"a2-');
  expect(json).not.toContain('"value":"g2-');
  expect(json).toContain(`"initial_option":{"value":"${chosen}"`);
});
