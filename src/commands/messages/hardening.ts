import type { KnownBlock } from '@slack/types';
import type { DoctorReport } from '../../engine/diagnostics/diagnose-cluster.ts';
import { block, buildSections } from './blocks.ts';
import { formatBackticks, formatCode, joinMarkdown, type Markdown, md } from './markdown.ts';

type CheckResult = DoctorReport['hardening'][number];

const benchmarkUrl = 'https://github.com/aquasecurity/kube-bench/tree/main/cfg/cis-1.12';

/** How many items pass and how many don't, in a line. */
export function formatHardeningSummary(hardening: readonly CheckResult[]): string {
  const countByStatus = (status: CheckResult['status']) => hardening.filter((one) => one.status === status).length;
  const [fails, waived, unknownCount] = [countByStatus('fail'), countByStatus('waived'), countByStatus('unknown')];
  const counts = `${countByStatus('pass')} pass, ${fails} ${fails === 1 ? 'fails' : 'fail'}`;
  return `${counts}, ${waived} exception${waived === 1 ? '' : 's'}${unknownCount > 0 ? `, ${unknownCount} could not be looked at` : ''}`;
}

/**
 * Each item of the benchmark: what fails first, with what was found where and what to do, then what could not be looked at, then
 * exceptions and their reasons. What passes comes last, because Slack folds long sections.
 */
export function buildHardeningBlocks(cluster: string, hardening: readonly CheckResult[]): KnownBlock[] {
  const filterByStatus = (status: CheckResult['status']) => hardening.filter((one) => one.status === status);
  const [failing, unknownChecks, waivedChecks, passing] = [
    filterByStatus('fail'),
    filterByStatus('unknown'),
    filterByStatus('waived'),
    filterByStatus('pass'),
  ];
  return [
    ...buildSections([
      md`🛡️ *Hardening* · ${formatHardeningSummary(hardening)}${formatAutomatedSummary(hardening)}`,
      ...failing.map((one) => formatFailedCheck(one, cluster)),
    ]),
    ...buildSections(formatUnknownChecks(unknownChecks, cluster)),
    ...(waivedChecks.length > 0
      ? buildSections([
          md`➖ *Exceptions*, each on purpose`,
          ...waivedChecks.map((one) => md`${formatCheckTitle(one)} · ${formatFindings(one, '')}`),
        ])
      : []),
    ...(passing.length > 0 ? buildSections([md`✅ *Pass*`, ...passing.map(formatCheckTitle)]) : []),
    block.context(
      md`Numbers are those of the CIS Kubernetes Benchmark, as kube-bench's ${formatCode('cis-1.12')} has them, for what the tutorial leaves open; what is called beside has none: ${benchmarkUrl}`,
    ),
  ];
}

/** Those that the benchmark looks at by itself are not a matter of opinion. */
function formatAutomatedSummary(hardening: readonly CheckResult[]): string {
  const automated = hardening.filter((one) => one.automated);
  const passing = automated.filter(({ status }) => status === 'pass').length;
  return passing === automated.length
    ? ` · all ${automated.length} automated items pass`
    : ` · ${passing} of ${automated.length} automated items pass`;
}

function formatFailedCheck(one: CheckResult, cluster: string): Markdown {
  return joinMarkdown([
    md`❌ *${one.number ?? 'beside'} fails* · ${formatBackticks(one.title)}`,
    md`found: ${formatFindings(one, cluster)}`,
    md`to do: ${formatBackticks(one.remediation)}`,
  ]);
}

/** The same reason once, with all that it keeps from being seen. */
function formatUnknownChecks(unknownChecks: readonly CheckResult[], cluster: string): Markdown[] {
  const groups = Map.groupBy(unknownChecks, (one) => formatFindings(one, cluster).markdown);
  return [...groups].flatMap(([markdown, all]) => [
    md`❔ *Could not be looked at* · ${{ markdown }}`,
    ...all.map(formatCheckTitle),
  ]);
}

function formatCheckTitle({ number, title }: CheckResult): Markdown {
  return md`*${number ?? 'beside'}* ${formatBackticks(title)}`;
}

/** @param cluster with whose name the machines' names begin; empty: without places */
function formatFindings({ details }: CheckResult, cluster: string): Markdown {
  const lines = details.map(({ instances, text }) => {
    const instanceNames =
      cluster === ''
        ? []
        : instances.map((name) => stripClusterPrefix(name, cluster)).filter((name) => !text.includes(name));
    return instanceNames.length > 0
      ? md`${formatBackticks(text)} (${instanceNames.join(', ')})`
      : formatBackticks(text);
  });
  return joinMarkdown(lines, '; ');
}

/** A machine's name without the cluster's. */
export function stripClusterPrefix(instanceName: string, cluster: string): string {
  return instanceName.startsWith(`${cluster}-`) ? instanceName.slice(cluster.length + 1) : instanceName;
}
