import type { IncomingMessage, ServerResponse } from 'node:http';
import { formatIssues } from '../blocks/format-issues.ts';
import { actions } from '../local-api/actions.ts';
import { LocalApiError } from '../local-api/find-person.ts';
import { findVisibleFile, queries } from '../local-api/queries.ts';
import { getMimeType } from '../to-api-file.ts';
import type { Workspace } from '../workspace.ts';
import { readBody, readFields } from './body.ts';
import { replyBytes, replyJson } from './reply.ts';
import { serveEvents } from './serve-events.ts';

/** Handles `/_local/`: the API of the page and of person clients. */
export async function serveLocalApi(
  workspace: Workspace,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = url.pathname.slice('/_local/'.length);
  try {
    if (request.method === 'POST') return replyJson(response, 200, await performAction(workspace, name, request));
    if (name === 'events') return serveEvents(workspace, url.searchParams.get('as'), response);
    if (name === 'file') return sendFile(workspace, url.searchParams, response);
    const query = Object.hasOwn(queries, name) ? queries[name] : undefined;
    if (!query) throw new LocalApiError(`unknown query "${name}"`);
    replyJson(response, 200, query(workspace, url.searchParams));
  } catch (error) {
    if (!(error instanceof LocalApiError || error instanceof SyntaxError)) throw error;
    replyJson(response, 400, { error: error.message });
  }
}

async function performAction(workspace: Workspace, name: string, request: IncomingMessage): Promise<object> {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) throw new LocalApiError(`unknown action "${name}"`);
  // Cross-site requests with this content type need a CORS preflight, so other sites cannot act for a user.
  if (!request.headers['content-type']?.startsWith('application/json')) {
    throw new LocalApiError(`action "${name}" requires the content type application/json`);
  }
  const body = await readBody(request);
  const input: unknown = name === 'faults' ? JSON.parse(body.toString()) : await readFields(request, body);
  const parsedInput = action.schema.safeParse(input, { reportInput: true });
  if (!parsedInput.success)
    throw new LocalApiError(`invalid arguments of "${name}": ${formatIssues(parsedInput.error).join('; ')}`);
  return action.run(workspace, parsedInput.data);
}

function sendFile(workspace: Workspace, query: URLSearchParams, response: ServerResponse): void {
  const file = findVisibleFile(workspace, query);
  const { mimetype } = getMimeType(file);
  const inline = query.has('inline') && /^image\/(png|jpeg|gif)$/.test(mimetype);
  replyBytes(response, 200, Buffer.from(file.content, 'base64'), {
    'content-type': inline ? mimetype : 'application/octet-stream',
    'content-disposition': inline ? 'inline' : `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
  });
}
