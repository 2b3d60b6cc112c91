import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Slack's own advice: what is further off than this is a replay, or a clock that is wrong. */
const maxClockSkewSeconds = 5 * 60;

/**
 * Refuses a request of Slack's whose timestamp is too far off, in either direction, before its body is read. One
 * without a timestamp goes on: the signature's check refuses it, and `ssl_check` has none.
 */
export function rejectReplays(next: RequestListener, paths: readonly string[], now: () => Date): RequestListener {
  return (request: IncomingMessage, response: ServerResponse & { req: IncomingMessage }) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const timestamp = request.headers['x-slack-request-timestamp'];
    if (!paths.includes(pathname) || timestamp === undefined || isRecentTimestamp(timestamp, now()))
      return next(request, response);
    // The body was not read, so the connection can't be used again.
    response.writeHead(401, { connection: 'close' }).end();
  };
}

function isRecentTimestamp(timestamp: string | readonly string[], now: Date): boolean {
  const seconds = typeof timestamp === 'string' && /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  return Math.abs(seconds - +now / 1000) <= maxClockSkewSeconds;
}
