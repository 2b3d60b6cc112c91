import type { StartResultOrNotFound } from '../../engine/service/cluster-service.ts';
import { block, buildMessage, type Message } from './blocks.ts';
import { renderUnknownCluster } from './cluster-list.ts';
import { formatClusterState } from './describe-status.ts';
import { type Markdown, md } from './markdown.ts';
import { getOperationLabels } from './operation-labels.ts';
import { formatDifferences } from './table.ts';

/** Ephemeral reply to a request for a run. @param startedText shown when a run was started */
export function renderStartResult(name: string, result: StartResultOrNotFound, startedText: Markdown): Message {
  if ('run' in result) return buildMessage(startedText);
  if ('notFound' in result) return renderUnknownCluster(name);
  if ('activeRun' in result) {
    const { operation, requester, since } = result.activeRun;
    const { noun } = getOperationLabels(operation);
    const details = md`${noun} in progress, started by ${md.mention(requester)} ${md.timestamp(since)}`;
    return buildMessage(
      md`${name}: ${details}`,
      block.section(md`*${name}*: ${details}`),
      block.context(
        md`${md.code(`/kthw status ${name}`)} shows the progress · ${md.code(`/kthw cancel ${name}`)} cancels it`,
      ),
    );
  }
  if ('differences' in result) {
    return buildMessage(
      md`${name} already exists with different settings`,
      block.section(md`*${name}* already exists with different settings. Nothing was changed.`),
      block.section(formatDifferences(result.differences)),
      block.context(md`Choose another name, or run ${md.code(`/kthw delete ${name}`)} first`),
    );
  }
  const state = formatClusterState(result.unchanged.state);
  return buildMessage(
    md`Nothing to do: ${name} is ${state}`,
    block.section(md`Nothing to do: *${name}* is ${state}`),
    block.context(md`${md.code(`/kthw status ${name}`)}`),
  );
}
