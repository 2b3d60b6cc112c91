import type { IncomingMessage, ServerResponse } from 'node:http';
import { applyBotMessage } from '../bot/apply-bot-message.ts';
import { ApiError } from '../web-api/method.ts';
import type { Workspace } from '../workspace.ts';
import { readBody } from './body.ts';
import { injectFault } from './inject-fault.ts';
import { replyBytes, replyJson } from './reply.ts';

/** Handles the bot's requests to a response URL. */
export async function serveResponseUrl(
  workspace: Workspace,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const body = await readBody(request);
  const fault = workspace.faults.consume('response_url');
  const outcome = (await injectFault(fault, response, signal)) ?? handleMessage(workspace, key, body, response);
  workspace.calls.count('response_url', outcome);
}

function handleMessage(workspace: Workspace, key: string, body: Buffer, response: ServerResponse): string {
  const target = workspace.responseUrls.consume(key);
  if (typeof target === 'string') {
    replyJson(response, 404, { ok: false, error: target });
    return target;
  }
  try {
    applyBotMessage(workspace, target, JSON.parse(body.toString()));
    replyBytes(response, 200, 'ok');
    return 'ok';
  } catch (error) {
    const name = error instanceof ApiError ? error.message : 'invalid_payload';
    replyJson(response, 400, { ok: false, error: name, ...(error instanceof ApiError && error.more) });
    return name;
  }
}
