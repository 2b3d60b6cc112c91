import { describe, expect, test } from 'vitest';
import { createScanInput, hardenedScan, tutorialScan } from '../../../local/gallery/samples/sample-scan.ts';
import { renderDiagnosisCard } from '../../../src/commands/messages/diagnosis-card.ts';
import { renderDoctorReport } from '../../../src/commands/messages/doctor-report.ts';
import type { Message } from '../../../src/commands/routing/command.ts';
import { checks } from '../../../src/engine/diagnostics/cis/checks.ts';
import { evaluateChecks } from '../../../src/engine/diagnostics/cis/evaluate-checks.ts';
import { diagnose, type InspectedInstance } from '../../../src/engine/diagnostics/diagnose.ts';
import type { DoctorReport } from '../../../src/engine/diagnostics/diagnose-cluster.ts';
import { parseHostMetrics } from '../../../src/engine/diagnostics/parse-host-metrics.ts';
import { captured } from '../../engine/diagnostics/captured.ts';
import { aView } from './view-fixture.ts';
import { expectWithinLimits } from './within-limits.ts';

const button = 'x.yes';
const small = { name: 'f1-micro', cpus: 1, memoryMb: 614, sharedCpu: true };
const large = { name: 'e2-standard-2', cpus: 2, memoryMb: 8_192, sharedCpu: false };
const event = { type: 'step.diagnosed', step: 'readiness/control-plane-size' } as const;
const findings = ['f1-micro is too small', 'demo-controller-0: etcd said `took too long` 122 times'];

function read(name: string) {
  return parseHostMetrics(captured[name] ?? '');
}

function seen(
  instances: readonly InspectedInstance[],
  state: DoctorReport['state'] = 'ready',
  evidence = hardenedScan,
): DoctorReport {
  const hardening = evaluateChecks(createScanInput(evidence));
  return { cluster: 'demo', state, instances, ...diagnose(instances), hardening };
}

const jammed: readonly InspectedInstance[] = [
  { name: 'demo-controller-0', role: 'controller', type: small, metrics: read('f1-micro') },
  { name: 'demo-controller-1', role: 'controller', type: small, error: 'demo-controller-1 does not answer ssh' },
  { name: 'demo-worker-0', role: 'worker', type: small, metrics: read('f1-micro-worker') },
];
const busy: readonly InspectedInstance[] = [
  { name: 'demo-controller-0', role: 'controller', type: large, metrics: read('e2-standard-2-on-a-busy-host') },
];
const well: readonly InspectedInstance[] = [
  { name: 'demo-controller-0', role: 'controller', type: large, metrics: { services: [], cpus: 2, load: 0.25 } },
];
const many: readonly InspectedInstance[] = Array.from({ length: 25 }, (_, i) => ({
  ...(jammed[0] as InspectedInstance),
  name: `a-cluster-with-a-name-as-long-as-may-be-controller-${i}`,
}));

const messages: Readonly<Record<string, Message>> = {
  'a run on machines that are too small': renderDiagnosisCard(
    aView(),
    { ...event, findings, resizeTo: 'e2-standard-2' },
    button,
  ),
  'a run whose step fails': renderDiagnosisCard(aView(), { ...event, findings: findings.slice(1) }, button),
  'doctor: too small': renderDoctorReport(seen(jammed), button),
  'doctor: too small and not up': renderDoctorReport(seen(jammed, 'failed'), button),
  'doctor: large enough': renderDoctorReport(seen(busy), button),
  'doctor: nothing stands out': renderDoctorReport(seen(well), button),
};

describe.each(Object.entries(messages))('%s', (_, shown) => {
  test('is within Slack’s limits', () => expectWithinLimits(shown));
});

test('many machines with much to say are within Slack’s limits', () => {
  expectWithinLimits(renderDoctorReport(seen(many), button));
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

describe('the items of the benchmark', () => {
  const lines = (evidence: typeof hardenedScan) =>
    renderDoctorReport(seen(well, 'ready', evidence), button).blocks.flatMap((block) =>
      block.type === 'section' ? (block.text?.text.split('\n') ?? []) : [],
    );

  test.each([
    ['of a hardened cluster', hardenedScan],
    ['of the tutorial', tutorialScan],
  ])('%s are shown, each once and with its number', (_, evidence) => {
    for (const { number, title } of checks) {
      const words = title.replaceAll('&', '&amp;');
      const shown = lines(evidence).filter((line) => line.includes(words));
      expect(shown).toHaveLength(1);
      expect(shown[0]).toContain(`*${number ?? '(extra check)'}`);
    }
  });

  test('begin with how many pass, and what fails', () => {
    const head = '🛡️ *Hardening* · 35 pass, 0 fail, 7 accepted exceptions · all 14 automated checks pass';
    expect(lines(hardenedScan)).toContain(head);
    const of = lines({ ...hardenedScan, controller: hardenedScan.controller.replace('maxbackup=10', 'maxbackup=3') });
    const at = of.findIndex((line) => line.startsWith('🛡️'));
    expect(of.slice(at, at + 4)).toEqual([
      '🛡️ *Hardening* · 34 pass, 1 fail, 7 accepted exceptions · 13 of 14 automated checks pass',
      '❌ *1.2.18 fails* · API server `--audit-log-maxbackup=10`',
      'Found: `--audit-log-maxbackup` is `3` (controller-0)',
      'Remediation: set `--audit-log-maxbackup=10` in kube-apiserver.service on each controller and restart it',
    ]);
  });

  test('are in the words that a screen reader says', () => {
    expect(renderDoctorReport(seen(well), button).text).toBe(
      '🩺 demo: no issues; hardening: 35 pass, 0 fail, 7 accepted exceptions',
    );
  });
});
