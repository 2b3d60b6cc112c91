import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Creates a random access token of 256 bits, safe in URLs and headers. */
export function createAccessToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Whether a request carries `Authorization: Bearer TOKEN`. */
export function hasBearerToken({ headers }: IncomingMessage, token: string): boolean {
  const [, bearer] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return bearer !== undefined && isSameToken(bearer, token);
}

/** Compares two tokens in constant time. */
export function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(computeDigest(given), computeDigest(expected));
}

function computeDigest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
