import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Generates an id in Slack's format: a letter for the type, then ten capital letters and digits. */
export function createId(kind: string): string {
  return kind + [...randomBytes(10)].map((byte) => alphabet[byte % 32]).join('');
}

/**
 * Creates a generator of message timestamps: Unix seconds with six decimals.
 * Timestamps increase strictly, even within a millisecond.
 * @param now the clock, in Unix ms
 * @param latest the newest existing timestamp, if any
 */
export function createTimestampGenerator(now: () => number, latest = '0.000000'): () => string {
  let lastMicros = BigInt(latest.replace('.', ''));
  return () => {
    const micros = BigInt(Math.floor(now())) * 1000n;
    lastMicros = micros > lastMicros ? micros : lastMicros + 1n;
    const digits = lastMicros.toString().padStart(7, '0');
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  };
}

/** Whether a text has the format of a message timestamp. */
export function isTimestamp(text: string): boolean {
  return /^\d+\.\d{6}$/.test(text);
}
