import { z } from 'zod';
import { EngineEvent, type StoredEvent } from './events.ts';
import { InvalidRecord } from './records.ts';
import { MAX_BYTES, parseStoredJson, validate } from './validate.ts';

/** Maximum bytes per append. A Firestore commit can have 10 MiB; Google's emulator accepts 4 MiB. */
const MAX_APPEND_BYTES = 3_000_000;

const Instant = z.iso.datetime();

/**
 * Encodes events as JSON, in order.
 * @throws InvalidRecord if an event does not match its schema, or an event or the append is too large
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

/** @throws InvalidRecord if the stored event does not match its schema */
export function decodeEvent(run: string, seq: number, at: unknown, text: unknown): StoredEvent {
  const label = `reading: event ${seq} of run ${JSON.stringify(run)}`;
  return {
    seq,
    at: new Date(validate(Instant, `${label} (timestamp)`, at)),
    event: validate(EngineEvent, label, parseStoredJson(label, text)),
  };
}

/**
 * Returns the events if they continue `after` without a gap.
 * @throws InvalidRecord naming the first missing event
 */
export function assertNoGaps(run: string, after: number, events: StoredEvent[]): StoredEvent[] {
  const index = events.findIndex(({ seq }, i) => seq !== after + i + 1);
  if (index < 0) return events;
  throw new InvalidRecord(
    `reading: event ${after + index + 1} of run ${JSON.stringify(run)} is missing; restore it from a backup`,
  );
}

function assertMaxBytes(limit: number, label: string, bytes: number): void {
  if (bytes > limit) throw new InvalidRecord(`${label} is too large: ${bytes} bytes, limit ${limit}`);
}
