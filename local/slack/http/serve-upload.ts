import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Workspace } from '../workspace.ts';
import { readBody, readUpload } from './body.ts';
import { injectFault } from './inject-fault.ts';
import { replyBytes } from './reply.ts';

/** Accepts a file's content at its upload URL once, raw or as a multipart form. */
export async function serveUpload(
  workspace: Workspace,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const body = await readBody(request);
  const outcome = await injectFault(workspace.faults.consume('upload'), response, signal);
  workspace.calls.count('upload', outcome ?? 'ok');
  if (outcome !== undefined) return;
  const file = workspace.team.data.files.find(({ uploadKey }) => uploadKey === key);
  if (!file) {
    replyBytes(response, 404, 'no such upload');
    return;
  }
  const content = await readUpload(request, body);
  if (content.length !== file.size) {
    replyBytes(response, 400, `expected ${file.size} bytes, got ${content.length}`);
    return;
  }
  delete file.uploadKey;
  file.content = content.toString('base64');
  file.state = 'uploaded';
  replyBytes(response, 200, `OK - ${content.length}`);
}
