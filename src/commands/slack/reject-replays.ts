import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Recommended by Slack. A larger skew means a replay or a wrong clock. */
const maxClockSkewSeconds = 5 * 60;

/**
 * Rejects requests with a timestamp that is too old or too far in the future, before reading the body. Requests without a
 * timestamp pass: signature verification rejects them, and `ssl_check` has none.
 */
export function rejectReplays(next: RequestListener, paths: readonly string[], now: () => Date): RequestListener {
  return (request: IncomingMessage, response: ServerResponse & { req: IncomingMessage }) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const timestamp = request.headers['x-slack-request-timestamp'];
    if (!paths.includes(pathname) || timestamp === undefined || isRecentTimestamp(timestamp, now()))
      return next(request, response);
    // The body was not read, so the connection can't be reused.
    response.writeHead(401, { connection: 'close' }).end();
  };
}

function isRecentTimestamp(timestamp: string | readonly string[], now: Date): boolean {
  const seconds = typeof timestamp === 'string' && /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  return Math.abs(seconds - +now / 1000) <= maxClockSkewSeconds;
}
