import { z } from 'zod';
import { EngineEvent, type StoredEvent } from './events.ts';
import { InvalidRecord } from './store-errors.ts';
import { MAX_BYTES, parseStoredJson, validate } from './validate.ts';

/** What one append may take, in bytes. One Firestore commit can have 10 MiB, Google's emulator takes 4 MiB at once. */
const MAX_APPEND_BYTES = 3_000_000;

const Instant = z.iso.datetime();

/**
 * Events as JSON texts, in order.
 * @throws InvalidRecord when one does not fit, is larger than an event can be, or all are larger than one append can be.
 */
export function encodeEvents(run: string, events: readonly EngineEvent[]): string[] {
  const texts = events.map((event, index) => {
    const label = `writing: event ${index + 1} of ${events.length} for run ${JSON.stringify(run)}`;
    const text = JSON.stringify(validate(EngineEvent, label, event));
    assertMaxBytes(MAX_BYTES, label, Buffer.byteLength(text));
    return text;
  });
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  assertMaxBytes(MAX_APPEND_BYTES, `writing: ${events.length} events for run ${JSON.stringify(run)}`, bytes);
  return texts;
}

/** @throws InvalidRecord when what is stored does not fit its schema. */
export function decodeEvent(run: string, seq: number, at: unknown, text: unknown): StoredEvent {
  const label = `reading: event ${seq} of run ${JSON.stringify(run)}`;
  return {
    seq,
    at: new Date(validate(Instant, `${label} (its time)`, at)),
    event: validate(EngineEvent, label, parseStoredJson(label, text)),
  };
}

/**
 * The events, if they follow `after` without a gap.
 * @throws InvalidRecord naming the first that is missing.
 */
export function assertNoGaps(run: string, after: number, events: StoredEvent[]): StoredEvent[] {
  const index = events.findIndex(({ seq }, i) => seq !== after + i + 1);
  if (index < 0) return events;
  throw new InvalidRecord(
    `reading: event ${after + index + 1} of run ${JSON.stringify(run)} is missing; bring it back from a copy`,
  );
}

function assertMaxBytes(limit: number, label: string, bytes: number): void {
  if (bytes > limit) throw new InvalidRecord(`${label} takes ${bytes} bytes and can have ${limit}; say less at once`);
}
