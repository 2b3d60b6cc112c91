import type { Instance } from '../cluster/cluster.ts';
import type { StepContext } from '../workflow/step.ts';
import type { Diagnosis } from './diagnose.ts';
import { inspectInstances } from './inspect-instances.ts';

/** A thread is no place for every figure: `/kthw doctor` shows them all. */
const maxLines = 10;

/** Looks at machines and tells in the thread what was found; `'undersized'`: only where that is the cause. */
export async function reportCause(
  c: StepContext,
  instances: readonly Instance[],
  scope: 'undersized' | 'whatever',
): Promise<void> {
  const diagnosis = await inspectInstances(c, instances);
  const { undersized } = diagnosis;
  if (!undersized && (scope === 'undersized' || diagnosis.issues.length === 0)) return;
  c.reportDiagnosis({
    findings: formatDiagnosis(diagnosis),
    ...(undersized ? { resizeTo: undersized.suggestedMachineType } : {}),
  });
}

/** Pure: the cause, then the figures it was told from. */
function formatDiagnosis({ issues, undersized }: Diagnosis): string[] {
  const cause = undersized
    ? [`${undersized.machineType} is too small for etcd and the API server: ${undersized.shortfalls.join(', ')}`]
    : [];
  const figures = issues.map(({ instance, text }) => `${instance}: ${text}`);
  const omitted = figures.length - maxLines;
  return [...cause, ...figures.slice(0, maxLines), ...(omitted > 0 ? [`… and ${omitted} more`] : [])];
}
