import { createHash, randomInt } from 'node:crypto';

let lastId = BigInt(randomInt(2 ** 47));

/** Generates a resource ID: a unique 19-digit number, as a string. */
export function generateId(): string {
  lastId += BigInt(randomInt(1, 1 << 20));
  return String(1_000_000_000_000_000_000n + lastId * 1_000n);
}

/** Current time in Google's format. */
export function getTimestamp(): string {
  return new Date().toISOString().replace('Z', '-00:00');
}

/**
 * Hash of a value, in base64 without `+` and `/`: gcloud decodes fingerprints and sends them back in URL-safe base64.
 */
export function computeFingerprint(value: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(value)).digest().subarray(0, 8);
  return digest.toString('base64').replace(/[+/]/g, 'x');
}
