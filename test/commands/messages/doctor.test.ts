import { describe, expect, test } from 'vitest';
import { createScanInput, hardenedScan, tutorialScan } from '../../../local/gallery/samples/sample-scan.ts';
import type { Message } from '../../../src/commands/messages/blocks.ts';
import { renderDiagnosisCard } from '../../../src/commands/messages/diagnosis-card.ts';
import { renderDoctorReport } from '../../../src/commands/messages/doctor-report.ts';
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

function createReport(
  instances: readonly InspectedInstance[],
  settledState: DoctorReport['settledState'] = 'ready',
  scan = hardenedScan,
): DoctorReport {
  const hardening = evaluateChecks(createScanInput(scan));
  return { cluster: 'demo', run: 'r1', access: 'ssh', settledState, instances, ...diagnose(instances), hardening };
}

const undersizedInstances: readonly InspectedInstance[] = [
  { name: 'demo-controller-0', role: 'controller', type: small, metrics: read('f1-micro') },
  { name: 'demo-controller-1', role: 'controller', type: small, error: 'demo-controller-1 does not answer ssh' },
  { name: 'demo-worker-0', role: 'worker', type: small, metrics: read('f1-micro-worker') },
];
const slowDiskInstances: readonly InspectedInstance[] = [
  { name: 'demo-controller-0', role: 'controller', type: large, metrics: read('e2-standard-2-on-a-busy-host') },
];
const healthyInstances: readonly InspectedInstance[] = [
  { name: 'demo-controller-0', role: 'controller', type: large, metrics: { services: [], cpus: 2, load: 0.25 } },
];
const manyInstances: readonly InspectedInstance[] = Array.from({ length: 25 }, (_, i) => ({
  ...(undersizedInstances[0] as InspectedInstance),
  name: `a-cluster-with-a-name-as-long-as-may-be-controller-${i}`,
}));

const messages: Readonly<Record<string, Message>> = {
  'a run on machines that are too small': renderDiagnosisCard(
    aView(),
    { ...event, findings, resizeTo: 'e2-standard-2' },
    button,
  ),
  'a run whose step fails': renderDiagnosisCard(aView(), { ...event, findings: findings.slice(1) }, button),
  'doctor: too small': renderDoctorReport(createReport(undersizedInstances), button),
  'doctor: too small and not up': renderDoctorReport(createReport(undersizedInstances, 'failed'), button),
  'doctor: large enough': renderDoctorReport(createReport(slowDiskInstances), button),
  'doctor: nothing stands out': renderDoctorReport(createReport(healthyInstances), button),
};

describe.each(Object.entries(messages))('%s', (_, rendered) => {
  test('is within Slack’s limits', () => expectWithinLimits(rendered));
});

test('is within Slack’s limits for 25 instances with issues', () => {
  expectWithinLimits(renderDoctorReport(createReport(manyInstances), button));
});

test('shows a Resize button with the machine type only for undersized instances', () => {
  const buttons = (message: Message) =>
    message.blocks.flatMap((block) => (block.type === 'actions' ? block.elements : [])).map((element) => element);
  const expected = {
    action_id: button,
    text: { text: 'Resize to e2-standard-2 and continue' },
    value: '{"cluster":"demo","run":"r1","machineType":"e2-standard-2"}',
  };
  const [card, failing, undersized, notUp, slow, fine] = Object.values(messages).map(buttons);
  for (const rendered of [card, undersized, notUp]) expect(rendered).toMatchObject([expected]);
  for (const rendered of [failing, slow, fine]) expect(rendered).toEqual([]);
});

describe('CIS checks in the doctor report', () => {
  const lines = (scan: typeof hardenedScan) =>
    renderDoctorReport(createReport(healthyInstances, 'ready', scan), button).blocks.flatMap((block) =>
      block.type === 'section' ? (block.text?.text.split('\n') ?? []) : [],
    );

  test.each([
    ['of a hardened cluster', hardenedScan],
    ['of the tutorial', tutorialScan],
  ])('shows each check once with its number: %s', (_, scan) => {
    for (const { number, title } of checks) {
      const words = title.replaceAll('&', '&amp;');
      const rendered = lines(scan).filter((line) => line.includes(words));
      expect(rendered).toHaveLength(1);
      expect(rendered[0]).toContain(`*${number ?? '(extra check)'}`);
    }
  });

  test('starts with the counts and the failed checks', () => {
    const head = '🛡️ *Hardening* · 38 pass, 0 fail, 11 accepted exceptions · all 14 automated checks pass';
    expect(lines(hardenedScan)).toContain(head);
    const of = lines({ ...hardenedScan, controller: hardenedScan.controller.replace('maxbackup=10', 'maxbackup=3') });
    const at = of.findIndex((line) => line.startsWith('🛡️'));
    expect(of.slice(at, at + 4)).toEqual([
      '🛡️ *Hardening* · 37 pass, 1 fail, 11 accepted exceptions · 13 of 14 automated checks pass',
      '❌ *1.2.18 fails* · API server `--audit-log-maxbackup=10`',
      'Found: `--audit-log-maxbackup` is `3` (controller-0)',
      'Remediation: set `--audit-log-maxbackup=10` in kube-apiserver.service on each controller and restart it',
    ]);
  });

  test('are summarized in the text for screen readers', () => {
    expect(renderDoctorReport(createReport(healthyInstances), button).text).toBe(
      '🩺 demo: no issues; hardening: 38 pass, 0 fail, 11 accepted exceptions',
    );
  });
});
