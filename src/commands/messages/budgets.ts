import type { Budgets } from '../../engine/service/budgets/budgets.ts';
import { formatCount } from './count.ts';
import { type Markdown, md } from './markdown.ts';

/** The limits that apply to new and changed clusters; undefined if there are none. */
export function formatBudgets(budgets: Budgets = {}): Markdown | undefined {
  const { maxClusters, maxVcpus, machineFamilies, maxTtlMs, requiresTtl } = budgets;
  const limits = [
    ...(maxClusters === undefined ? [] : [md`${formatCount(maxClusters, 'cluster')}`]),
    ...(maxVcpus === undefined ? [] : [md`${formatCount(maxVcpus, 'vCPU')} in all clusters`]),
    ...(machineFamilies === undefined ? [] : [md`machine series ${machineFamilies.join(', ')}`]),
    ...(maxTtlMs === undefined ? [] : [md`lifetime (TTL) of at most ${formatTtl(maxTtlMs)}`]),
    ...(requiresTtl && maxTtlMs === undefined ? [md`lifetime (TTL) required`] : []),
  ];
  return limits.length > 0 ? md`Limits: ${md.join(limits, ' · ')}` : undefined;
}

/** A TTL as the flag takes it, such as `8h`. @param ms at least a minute */
export function formatTtl(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes % 1_440 === 0) return `${minutes / 1_440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}
