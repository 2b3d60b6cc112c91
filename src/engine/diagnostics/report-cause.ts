import type { Instance } from '../cluster/cluster.ts';
import type { StepContext } from '../steps/step-context.ts';
import type { Diagnosis } from './diagnose.ts';
import { inspectInstances } from './inspect-instances.ts';

/** `/kthw doctor` shows all findings. */
const maxLines = 10;

/** Inspects instances and reports the diagnosis. `undersized`: reports only if undersized instances are the cause. */
export async function reportCause(
  c: StepContext,
  instances: readonly Instance[],
  scope: 'undersized' | 'all',
): Promise<void> {
  const diagnosis = await inspectInstances(c, instances);
  const { undersized } = diagnosis;
  if (!undersized && (scope === 'undersized' || diagnosis.issues.length === 0)) return;
  c.reportDiagnosis({
    findings: formatDiagnosis(diagnosis),
    ...(undersized ? { resizeTo: undersized.suggestedMachineType } : {}),
  });
}

/** Lists the cause, then the metrics that show it. Pure. */
function formatDiagnosis({ issues, undersized }: Diagnosis): string[] {
  const cause = undersized
    ? [`${undersized.machineType} is too small for etcd and the API server: ${undersized.shortfalls.join(', ')}`]
    : [];
  const findings = issues.map(({ instance, text }) => `${instance}: ${text}`);
  const omitted = findings.length - maxLines;
  return [...cause, ...findings.slice(0, maxLines), ...(omitted > 0 ? [`… and ${omitted} more`] : [])];
}
