import type { StartResultOrNotFound } from '../../engine/service/cluster-service.ts';
import type { Message } from '../routing/command.ts';
import { block, buildMessage } from './blocks.ts';
import {
  formatBackticks,
  formatCode,
  formatMention,
  formatTimestamp,
  joinMarkdown,
  type Markdown,
  md,
} from './markdown.ts';
import { formatClusterState } from './run-status.ts';
import { renderDifferences } from './step-error-cards.ts';

/** What the asker alone sees of the engine's answer. `started`: the words for a run that was taken up. */
export function renderStartResult(name: string, result: StartResultOrNotFound, startedText: Markdown): Message {
  if ('run' in result) return buildMessage(startedText);
  if ('notFound' in result) return renderUnknownCluster(name);
  if ('activeRun' in result) {
    const { operation, requester, since } = result.activeRun;
    return buildMessage(
      md`${name} is busy: ${operation}, asked for by ${formatMention(requester)} ${formatTimestamp(since)}`,
      block.section(
        md`*${name}* is busy: *${operation}*, asked for by ${formatMention(requester)} ${formatTimestamp(since)}`,
      ),
      block.context(
        md`${formatCode(`/kthw status ${name}`)} shows how far it is, ${formatCode(`/kthw cancel ${name}`)} stops it`,
      ),
    );
  }
  if ('differences' in result) {
    return buildMessage(
      md`${name} exists already, with other values`,
      block.section(md`*${name}* exists already, with other values. Nothing was changed.`),
      block.section(renderDifferences(result.differences)),
      block.context(md`Take another name, or ${formatCode(`/kthw delete ${name}`)} first`),
    );
  }
  return buildMessage(
    md`Nothing to do: ${name} is ${formatClusterState(result.unchanged.state)}`,
    block.section(md`Nothing to do: *${name}* is ${formatClusterState(result.unchanged.state)}`),
    block.context(md`${formatCode(`/kthw status ${name}`)} shows it`),
  );
}

export function renderUnknownCluster(name: string): Message {
  return buildMessage(md`There is no cluster ${formatCode(name)}; ${formatCode('/kthw list')} shows those there are`);
}

/** What was wrong with what somebody typed, with an example that works. */
export function renderInvalidArguments(
  problems: readonly string[],
  examples: readonly string[],
  helpCommand: string,
): Message {
  const lines = problems.map((problem) => joinMarkdown([md`• `, formatBackticks(problem)], ''));
  return buildMessage(
    joinMarkdown(lines),
    block.section(joinMarkdown([md`That did not work:`, ...lines])),
    ...(examples.length > 0 ? [block.section(joinMarkdown([md`For example:`, ...examples.map(formatCode)]))] : []),
    block.context(md`${formatCode(helpCommand)} lists everything`),
  );
}

/** Something went wrong that the asker can only try again. */
export function renderUnexpectedError(action: string): Message {
  return buildMessage(md`❌ ${action} did not work just now; nothing was lost. Please try again in a minute`);
}

/** To a dialog that only shows something. */
export function renderNothingToSubmit(): Message {
  return buildMessage(md`There is nothing to send in that dialog; ${formatCode('/kthw help')} lists what there is`);
}

/** A file could not be given to whoever asked for it. */
export function renderDmUnavailable(): Message {
  return buildMessage(
    md`❌ I could not send you a direct message`,
    block.section(md`❌ I could not send you a direct message, so nothing was sent.`),
    block.context(
      md`Open a conversation with me (or have my messages tab switched on), then ask again; ${formatCode('/kthw help')} lists everything`,
    ),
  );
}

/** The store did not answer in the middle of something: whether it was taken nobody can say now. */
export function renderStoreUnavailable(): Message {
  return buildMessage(
    md`❌ My store does not answer at the moment, so I can't say whether that was taken`,
    block.section(md`❌ My store does not answer at the moment, so I can't say whether that was taken.`),
    block.context(
      md`Runs go on by themselves once it is back. ${formatCode('/kthw list')} shows what is so; then ask again`,
    ),
  );
}
