import type { Machine } from '../cluster/cluster.ts';
import type { Context } from '../workflow/step.ts';
import type { Verdict } from './diagnose.ts';
import { examine } from './inspect-instances.ts';

/** A thread is no place for every figure: `/kthw doctor` shows them all. */
const mostLines = 10;

/** Looks at machines and tells in the thread what was found; `'undersized'`: only where that is the cause. */
export async function tellCause(
  c: Context,
  machines: readonly Machine[],
  what: 'undersized' | 'whatever',
): Promise<void> {
  const verdict = await examine(c, machines);
  const { undersized } = verdict;
  if (!undersized && (what === 'undersized' || verdict.findings.length === 0)) return;
  c.diagnosed({ findings: linesOf(verdict), ...(undersized ? { resizeTo: undersized.suggest } : {}) });
}

/** Pure: the cause, then the figures it was told from. */
function linesOf({ findings, undersized }: Verdict): string[] {
  const cause = undersized
    ? [`${undersized.machineType} is too small for etcd and the API server: ${undersized.why.join(', ')}`]
    : [];
  const figures = findings.map(({ machine, text }) => `${machine}: ${text}`);
  const left = figures.length - mostLines;
  return [...cause, ...figures.slice(0, mostLines), ...(left > 0 ? [`… and ${left} more`] : [])];
}
