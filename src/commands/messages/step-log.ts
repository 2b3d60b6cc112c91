import type { RunView } from '../../engine/service/cluster-service.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';
import { getStepTitle } from './problem-lines.ts';

/** A resume found results of completed steps missing or replaced. @param reasons one line per result */
export function renderLostSteps(reasons: readonly string[]): Message {
  const lines = reasons.map((reason) => md`⚠️ ${reason}`);
  return buildMessage(
    md.join(lines),
    ...block.sections(lines),
    block.context(md`These steps, and all steps that depend on them, run again`),
  );
}

/** Log lines of steps. */
export function renderStepLog(
  view: RunView,
  entries: readonly { readonly step: string; readonly line: string }[],
): Message {
  const lines = entries.map(({ step, line }) => md`${getStepTitle(view, step)}: ${line}`);
  return buildMessage(md.join(lines), ...block.sections(lines));
}
