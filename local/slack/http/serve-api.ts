import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSameToken } from '../../access-token.ts';
import { formatIssues } from '../blocks/format-issues.ts';
import { methods } from '../web-api/index.ts';
import { ApiError, type Method } from '../web-api/method.ts';
import type { Workspace } from '../workspace.ts';
import { readBody, readFields } from './body.ts';
import { injectFault } from './inject-fault.ts';
import { replyJson } from './reply.ts';

interface ApiCall {
  name: string;
  request: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  signal: AbortSignal;
}

/** Handles a Web API call and responds as Slack does: HTTP 200 with `ok`, or 429. */
export async function serveApi(workspace: Workspace, call: ApiCall): Promise<void> {
  const body = await readBody(call.request);
  const fault = workspace.faults.consume(call.name);
  const outcome =
    (await injectFault(fault, call.response, call.signal)) ?? (await handleCall(workspace, call, body, fault?.cut));
  workspace.calls.count(call.name, outcome);
  workspace.changes.publish({ kind: 'call', method: call.name, outcome }, () => false);
}

async function handleCall(workspace: Workspace, call: ApiCall, body: Buffer, cut?: string): Promise<string> {
  const method = methods.get(call.name);
  const { scopes } = workspace.settings;
  const headers = {
    'x-oauth-scopes': scopes.join(','),
    ...(method && { 'x-accepted-oauth-scopes': method.scopes.join(',') }),
  };
  try {
    if (!method) throw new ApiError('unknown_method', [], { req_method: call.name });
    const fields = { ...Object.fromEntries(call.query), ...(await parseFields(call.request, body)) };
    authorize(workspace, method, call.request, fields);
    const waitSec = workspace.limits.consume(method.name, method.tier, String(fields.channel ?? ''));
    if (waitSec > 0) {
      replyJson(
        call.response,
        429,
        { ok: false, error: 'ratelimited' },
        { ...headers, 'retry-after': String(waitSec) },
      );
      return 'ratelimited';
    }
    const args = method.args.safeParse(fields, { reportInput: true });
    if (!args.success) throw new ApiError('invalid_arguments', formatIssues(args.error));
    const result = method.run(workspace, args.data);
    if (cut === 'after') {
      call.response.destroy();
      return 'cut';
    }
    replyJson(call.response, 200, { ok: true, ...result }, headers);
    return 'ok';
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    replyJson(call.response, 200, { ok: false, error: error.message, ...error.more }, headers);
    return error.message;
  }
}

async function parseFields(request: IncomingMessage, body: Buffer): Promise<Record<string, unknown>> {
  try {
    return body.length > 0 ? await readFields(request, body) : {};
  } catch {
    throw new ApiError(request.headers['content-type']?.includes('json') ? 'invalid_json' : 'invalid_form_data');
  }
}

function authorize({ settings }: Workspace, method: Method, request: IncomingMessage, fields: object): void {
  const bearer = request.headers.authorization?.replace(/^Bearer /i, '');
  const token = bearer ?? Reflect.get(fields, 'token');
  if (!token) throw new ApiError('not_authed');
  if (!isSameToken(String(token), settings.botToken)) throw new ApiError('invalid_auth');
  if (method.scopes.length === 0 || method.scopes.some((one) => settings.scopes.includes(one))) return;
  throw new ApiError('missing_scope', [], { needed: method.scopes[0], provided: settings.scopes.join(',') });
}
