import type { RunView } from '../../engine/service/cluster-service.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';
import { getStepTitle } from './problem-lines.ts';

/** Log lines of steps. */
export function renderStepLog(
  view: RunView,
  entries: readonly { readonly step: string; readonly line: string }[],
): Message {
  const lines = entries.map(({ step, line }) => md`${getStepTitle(view, step)}: ${line}`);
  return buildMessage(md.join(lines), ...block.sections(lines));
}
