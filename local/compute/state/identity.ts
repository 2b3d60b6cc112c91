import { createHash, randomInt } from 'node:crypto';

let lastId = BigInt(randomInt(2 ** 47));

/** A number as Google gives them: 19 digits, in a string, never twice. */
export function generateId(): string {
  lastId += BigInt(randomInt(1, 1 << 20));
  return String(1_000_000_000_000_000_000n + lastId * 1_000n);
}

/** Now, as Google writes it. */
export function getTimestamp(): string {
  return new Date().toISOString().replace('Z', '-00:00');
}

/**
 * A fingerprint of a value, another one for every other value. Base64 without its two signs: gcloud decodes it and sends
 * it back in the alphabet for URLs.
 */
export function computeFingerprint(value: unknown): string {
  const digest = createHash('sha256').update(JSON.stringify(value)).digest().subarray(0, 8);
  return digest.toString('base64').replace(/[+/]/g, 'x');
}
