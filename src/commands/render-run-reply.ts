import type { DiagnosticsService, StartResultOrNotFound } from '../engine/service/cluster-service.ts';
import type { Message } from './messages/blocks.ts';
import { renderMissingParts, renderStartResult } from './messages/index.ts';
import type { Markdown } from './messages/markdown.ts';

/**
 * Reply to a request for a run. If there is nothing to do, first observes whether the cluster still has all of its parts: a
 * user who resumes or creates a ready cluster often does so because something is broken.
 * @param startedText shown when a run was started
 */
export async function renderRunReply(
  name: string,
  result: StartResultOrNotFound,
  startedText: Markdown,
  clusterService: Pick<DiagnosticsService, 'listMissingParts'>,
  createArgs?: Readonly<Record<string, unknown>>,
): Promise<Message> {
  const parts = 'unchanged' in result ? await clusterService.listMissingParts(name) : [];
  return parts.length > 0 ? renderMissingParts(name, parts) : renderStartResult(name, result, startedText, createArgs);
}
