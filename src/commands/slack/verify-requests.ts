import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http';
import { HTTPModuleFunctions, type HTTPReceiverOptions, isValidSlackRequest } from '@slack/bolt';
import { slackRequestSchema } from './slack-request-schema.ts';

/** Recommended by Slack. A larger skew means a replay or a wrong clock. */
const maxClockSkewSeconds = 5 * 60;
/** A click carries its whole message or view. Those of kthw are far smaller: at most 50 blocks, or 9,000 characters of code. */
const maxBodyBytes = 256 * 1024;

interface VerificationOptions extends Required<Pick<HTTPReceiverOptions, 'signingSecret' | 'logger'>> {
  readonly path: string;
  readonly now: () => Date;
}

/**
 * Passes only requests that Slack signed and that `next` can handle. Checks the headers before it reads the body, and
 * the signature before it parses the body. Answers 400, 401, 411 or 413 otherwise. Requests to other paths pass. Unsigned
 * `ssl_check` requests, which Bolt would accept, get 401: Slack documents them for publicly distributed apps.
 */
export function verifyRequests(next: RequestListener, options: VerificationOptions): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname !== options.path || request.method !== 'POST') return next(request, response);
    const status = findHeaderProblem(request.headers, options.now());
    // The body was not read, so the connection can't be reused.
    if (status) return void response.writeHead(status, { connection: 'close' }).end();
    findBodyProblem(request, options)
      // The client closed the connection before it had sent the body.
      .catch(() => 400)
      .then((bodyStatus) => (bodyStatus ? void response.writeHead(bodyStatus).end() : next(request, response)));
  };
}

function findHeaderProblem(headers: IncomingHttpHeaders, now: Date): number | undefined {
  const { signature, timestamp } = getSignatureHeaders(headers);
  const isRecent = /^\d{1,12}$/.test(timestamp) && Math.abs(Number(timestamp) - +now / 1000) <= maxClockSkewSeconds;
  if (!/^v0=[0-9a-f]{64}$/.test(signature) || !isRecent) return 401;
  const length = headers['content-length'];
  if (length === undefined) return 411;
  return Number(length) > maxBodyBytes ? 413 : undefined;
}

/** Reads the body into `request.rawBody`, where Bolt expects it. */
async function findBodyProblem(
  request: IncomingMessage,
  { signingSecret, logger, now }: VerificationOptions,
): Promise<number | undefined> {
  const buffered = await HTTPModuleFunctions.bufferIncomingMessage(request, maxBodyBytes);
  // Bolt verifies text. Text from invalid UTF-8 has other bytes than the request.
  if (!isUtf8(buffered.rawBody)) return 400;
  const { signature, timestamp } = getSignatureHeaders(request.headers);
  const isValid = isValidSlackRequest({
    signingSecret,
    body: buffered.rawBody.toString(),
    headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': Number(timestamp) },
    nowMilliseconds: +now(),
  });
  if (!isValid) {
    logger.warn('A request has a wrong signature: check SLACK_SIGNING_SECRET');
    return 401;
  }
  return slackRequestSchema.safeParse(parseBody(buffered)).success ? undefined : 400;
}

function parseBody(request: Parameters<typeof HTTPModuleFunctions.parseHTTPRequestBody>[0]): unknown {
  try {
    return HTTPModuleFunctions.parseHTTPRequestBody(request);
  } catch {
    return undefined;
  }
}

function getSignatureHeaders(headers: IncomingHttpHeaders) {
  return {
    signature: String(headers['x-slack-signature'] ?? ''),
    timestamp: String(headers['x-slack-request-timestamp'] ?? ''),
  };
}
