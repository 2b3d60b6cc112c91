import type { KnownBlock } from '@slack/types';
import type { Diagnosis } from '../../engine/service/cluster-service-types.ts';
import { block, sections } from './blocks.ts';
import { code, joined, type Markdown, md, ticked } from './markdown.ts';

type Judgement = Diagnosis['hardening'][number];

const benchmark = 'https://github.com/aquasecurity/kube-bench/tree/main/cfg/cis-1.12';

/** How many items pass and how many don't, in a line. */
export function hardeningInShort(hardening: readonly Judgement[]): string {
  const count = (is: Judgement['is']) => hardening.filter((one) => one.is === is).length;
  const [fails, exceptions, unseen] = [count('fails'), count('exception'), count('unseen')];
  const first = `${count('passes')} pass, ${fails} ${fails === 1 ? 'fails' : 'fail'}`;
  return `${first}, ${exceptions} exception${exceptions === 1 ? '' : 's'}${unseen > 0 ? `, ${unseen} could not be looked at` : ''}`;
}

/**
 * Each item of the benchmark: what fails first, with what was found where and what to do, then what could not be looked at, then
 * exceptions and their reasons. What passes comes last, because Slack folds long sections.
 */
export function hardeningBlocks(cluster: string, hardening: readonly Judgement[]): KnownBlock[] {
  const those = (is: Judgement['is']) => hardening.filter((one) => one.is === is);
  const [failing, unseen, excepted, passing] = [those('fails'), those('unseen'), those('exception'), those('passes')];
  return [
    ...sections([
      md`🛡️ *Hardening* · ${hardeningInShort(hardening)}${automatedInShort(hardening)}`,
      ...failing.map((one) => failed(one, cluster)),
    ]),
    ...sections(byReason(unseen, cluster)),
    ...(excepted.length > 0
      ? sections([md`➖ *Exceptions*, each on purpose`, ...excepted.map((one) => md`${item(one)} · ${found(one, '')}`)])
      : []),
    ...(passing.length > 0 ? sections([md`✅ *Pass*`, ...passing.map(item)]) : []),
    block.note(
      md`Numbers are those of the CIS Kubernetes Benchmark, as kube-bench's ${code('cis-1.12')} has them, for what the tutorial leaves open; what is called beside has none: ${benchmark}`,
    ),
  ];
}

/** Those that the benchmark looks at by itself are not a matter of opinion. */
function automatedInShort(hardening: readonly Judgement[]): string {
  const automated = hardening.filter((one) => one.automated);
  const passing = automated.filter(({ is }) => is === 'passes').length;
  return passing === automated.length
    ? ` · all ${automated.length} automated items pass`
    : ` · ${passing} of ${automated.length} automated items pass`;
}

function failed(one: Judgement, cluster: string): Markdown {
  return joined([
    md`❌ *${one.number ?? 'beside'} fails* · ${ticked(one.title)}`,
    md`found: ${found(one, cluster)}`,
    md`to do: ${ticked(one.remedy)}`,
  ]);
}

/** The same reason once, with all that it keeps from being seen. */
function byReason(unseen: readonly Judgement[], cluster: string): Markdown[] {
  const groups = Map.groupBy(unseen, (one) => found(one, cluster).markdown);
  return [...groups].flatMap(([markdown, all]) => [
    md`❔ *Could not be looked at* · ${{ markdown }}`,
    ...all.map(item),
  ]);
}

function item({ number, title }: Judgement): Markdown {
  return md`*${number ?? 'beside'}* ${ticked(title)}`;
}

/** @param cluster with whose name the machines' names begin; empty: without places */
function found({ found }: Judgement, cluster: string): Markdown {
  const lines = found.map(({ at, text }) => {
    const places =
      cluster === '' ? [] : at.map((name) => shortName(name, cluster)).filter((name) => !text.includes(name));
    return places.length > 0 ? md`${ticked(text)} (${places.join(', ')})` : ticked(text);
  });
  return joined(lines, '; ');
}

/** A machine's name without the cluster's. */
export function shortName(machine: string, cluster: string): string {
  return machine.startsWith(`${cluster}-`) ? machine.slice(cluster.length + 1) : machine;
}
