import { describe, expect, test } from 'vitest';
import type { Message } from '../../../src/commands/command.ts';
import { diagnosis, diagnosisCard } from '../../../src/commands/messages/doctor.ts';
import type { Diagnosis } from '../../../src/engine/desk-types.ts';
import { diagnose, type Patient } from '../../../src/engine/doctor/diagnose.ts';
import { parseReadings } from '../../../src/engine/doctor/parse-readings.ts';
import { captured } from '../../engine/doctor/captured.ts';
import { aView } from './a-view.ts';
import { expectWithinLimits } from './within-limits.ts';

const button = 'x.yes';
const small = { name: 'f1-micro', cpus: 1, memoryMb: 614, sharedCpu: true };
const large = { name: 'e2-standard-2', cpus: 2, memoryMb: 8_192, sharedCpu: false };
const event = { type: 'step.diagnosed', step: 'ready/etcd' } as const;
const findings = ['f1-micro is too small', 'demo-controller-0: etcd said `took too long` 122 times'];

function read(name: string) {
  return parseReadings(captured[name] ?? '');
}

function seen(patients: readonly Patient[], state: Diagnosis['state'] = 'ready'): Diagnosis {
  return { cluster: 'demo', state, patients, ...diagnose(patients) };
}

const jammed: readonly Patient[] = [
  { name: 'demo-controller-0', role: 'controller', type: small, readings: read('f1-micro') },
  { name: 'demo-controller-1', role: 'controller', type: small, trouble: 'demo-controller-1 does not answer ssh' },
  { name: 'demo-worker-0', role: 'worker', type: small, readings: read('f1-micro-worker') },
];
const busy: readonly Patient[] = [
  { name: 'demo-controller-0', role: 'controller', type: large, readings: read('e2-standard-2-on-a-busy-host') },
];
const well: readonly Patient[] = [
  { name: 'demo-controller-0', role: 'controller', type: large, readings: { services: [], cpus: 2, load: 0.25 } },
];
const many: readonly Patient[] = Array.from({ length: 25 }, (_, i) => ({
  ...(jammed[0] as Patient),
  name: `a-cluster-with-a-name-as-long-as-may-be-controller-${i}`,
}));

const messages: Readonly<Record<string, Message>> = {
  'a run on machines that are too small': diagnosisCard(
    aView(),
    { ...event, findings, resizeTo: 'e2-standard-2' },
    button,
  ),
  'a run whose step fails': diagnosisCard(aView(), { ...event, findings: findings.slice(1) }, button),
  'doctor: too small': diagnosis(seen(jammed), button),
  'doctor: too small and not up': diagnosis(seen(jammed, 'failed'), button),
  'doctor: large enough': diagnosis(seen(busy), button),
  'doctor: nothing stands out': diagnosis(seen(well), button),
};

describe.each(Object.entries(messages))('%s', (_, shown) => {
  test('is within Slack’s limits', () => expectWithinLimits(shown));
});

test('many machines with much to say are within Slack’s limits', () => {
  expectWithinLimits(diagnosis(seen(many), button));
});

test('the button carries what is to be, and only where that helps', () => {
  const buttons = (message: Message) =>
    message.blocks.flatMap((block) => (block.type === 'actions' ? block.elements : [])).map((element) => element);
  const wanted = {
    action_id: button,
    text: { text: 'Resize to e2-standard-2 and continue' },
    value: '{"cluster":"demo","machineType":"e2-standard-2"}',
  };
  const [card, failing, jam, notUp, slow, fine] = Object.values(messages).map(buttons);
  for (const shown of [card, jam, notUp]) expect(shown).toMatchObject([wanted]);
  for (const shown of [failing, slow, fine]) expect(shown).toEqual([]);
});
