import type { KnownBlock } from '@slack/types';
import type { DoctorReport } from '../../engine/diagnostics/diagnose-cluster.ts';
import { block } from './blocks.ts';
import { formatCount } from './count.ts';
import { type Markdown, md } from './markdown.ts';

type CheckResult = DoctorReport['hardening'][number];

const benchmarkUrl = 'https://github.com/aquasecurity/kube-bench/tree/main/cfg/cis-1.12';

/** `35 pass, 0 fail, 7 accepted exceptions, 2 not checked`. */
export function formatHardeningSummary(hardening: readonly CheckResult[]): string {
  const countByStatus = (status: CheckResult['status']) => hardening.filter((one) => one.status === status).length;
  const unknownCount = countByStatus('unknown');
  return [
    `${countByStatus('pass')} pass`,
    `${countByStatus('fail')} fail`,
    formatCount(countByStatus('waived'), 'accepted exception'),
    ...(unknownCount > 0 ? [`${unknownCount} not checked`] : []),
  ].join(', ');
}

/** CIS benchmark results: failures with remediation, then not checked, accepted exceptions and passes. Slack folds long sections, so passes are last. */
export function buildHardeningBlocks(cluster: string, hardening: readonly CheckResult[]): KnownBlock[] {
  const filterByStatus = (status: CheckResult['status']) => hardening.filter((one) => one.status === status);
  const waivedChecks = filterByStatus('waived');
  const passing = filterByStatus('pass');
  return [
    ...block.sections([
      md`🛡️ *Hardening* · ${formatHardeningSummary(hardening)} · ${formatAutomatedSummary(hardening)}`,
      ...filterByStatus('fail').map((one) => formatFailedCheck(one, cluster)),
    ]),
    ...block.sections(formatUnknownChecks(filterByStatus('unknown'), cluster)),
    ...(waivedChecks.length > 0
      ? block.sections([
          md`➖ *Accepted exceptions*`,
          ...waivedChecks.map((one) => md`${formatCheckTitle(one)} · ${formatFindings(one, '')}`),
        ])
      : []),
    ...(passing.length > 0 ? block.sections([md`✅ *Pass*`, ...passing.map(formatCheckTitle)]) : []),
    block.context(
      md`Numbers refer to the CIS Kubernetes Benchmark as in kube-bench ${md.code('cis-1.12')}. Only checks that the tutorial or kthw fails are included. Extra checks have no number. ${benchmarkUrl}`,
    ),
  ];
}

/** kube-bench runs automated checks without a reviewer. */
function formatAutomatedSummary(hardening: readonly CheckResult[]): string {
  const automated = hardening.filter((one) => one.automated);
  const passCount = automated.filter(({ status }) => status === 'pass').length;
  const unknownCount = automated.filter(({ status }) => status === 'unknown').length;
  const notChecked = unknownCount > 0 ? `; ${unknownCount} not checked` : '';
  return passCount === automated.length
    ? `all ${formatCount(automated.length, 'automated check')} pass`
    : `${passCount} of ${formatCount(automated.length, 'automated check')} pass${notChecked}`;
}

function formatFailedCheck(one: CheckResult, cluster: string): Markdown {
  return md.join([
    md`❌ *${formatNumber(one)} fails* · ${md.codeSpans(one.title)}`,
    md`Found: ${formatFindings(one, cluster)}`,
    md`Remediation: ${md.codeSpans(one.remediation)}`,
  ]);
}

/** Groups checks by the reason that kept them from running. */
function formatUnknownChecks(unknownChecks: readonly CheckResult[], cluster: string): Markdown[] {
  const groups = Map.groupBy(unknownChecks, (one) => formatFindings(one, cluster).markdown);
  return [...groups].flatMap(([markdown, all]) => [
    md`❔ *Not checked* · ${{ markdown }}`,
    ...all.map(formatCheckTitle),
  ]);
}

function formatCheckTitle(one: CheckResult): Markdown {
  return md`*${formatNumber(one)}* ${md.codeSpans(one.title)}`;
}

function formatNumber({ number }: CheckResult): string {
  return number ?? '(extra check)';
}

/** @param cluster prefix of instance names to strip; empty: leaves out the instances */
function formatFindings({ details }: CheckResult, cluster: string): Markdown {
  const lines = details.map(({ instances, text }) => {
    const instanceNames =
      cluster === ''
        ? []
        : instances.map((name) => stripClusterPrefix(name, cluster)).filter((name) => !text.includes(name));
    return instanceNames.length > 0 ? md`${md.codeSpans(text)} (${instanceNames.join(', ')})` : md.codeSpans(text);
  });
  return md.join(lines, '; ');
}

/** `controller-0` for `demo-controller-0`. */
export function stripClusterPrefix(instanceName: string, cluster: string): string {
  return instanceName.startsWith(`${cluster}-`) ? instanceName.slice(cluster.length + 1) : instanceName;
}
