import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Slack's own advice: what is further off than this is a replay, or a clock that is wrong. */
const skewSeconds = 5 * 60;

/**
 * Refuses a request of Slack's whose timestamp is too far off, in either direction, before its body is read. One
 * without a timestamp goes on: the signature's check refuses it, and `ssl_check` has none.
 */
export function freshOnly(next: RequestListener, paths: readonly string[], now: () => Date): RequestListener {
  return (request: IncomingMessage, response: ServerResponse & { req: IncomingMessage }) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const stamp = request.headers['x-slack-request-timestamp'];
    if (!paths.includes(pathname) || stamp === undefined || isFresh(stamp, now())) return next(request, response);
    // The body was not read, so the connection can't be used again.
    response.writeHead(401, { connection: 'close' }).end();
  };
}

function isFresh(stamp: string | readonly string[], now: Date): boolean {
  const seconds = typeof stamp === 'string' && /^\d{1,12}$/.test(stamp) ? Number(stamp) : Number.NaN;
  return Math.abs(seconds - +now / 1000) <= skewSeconds;
}
