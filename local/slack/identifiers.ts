import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new identifier in Slack's form: a letter for its kind, then ten capitals and digits. */
export function createId(kind: string): string {
  return kind + [...randomBytes(10)].map((byte) => alphabet[byte % 32]).join('');
}

/**
 * Makes message timestamps: Unix seconds with six decimals, each newer than the one before even within a millisecond.
 * @param now the clock, in ms
 * @param latest the newest timestamp already given out, if any
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

/** Whether a text has the form of a message timestamp. */
export function isTimestamp(text: string): boolean {
  return /^\d+\.\d{6}$/.test(text);
}
