import { type RecordKind, type RecordValue, recordSchemas } from './records.ts';
import { InvalidRecord } from './store-errors.ts';
import { MAX_BYTES, parseStoredJson, validate } from './validate.ts';

/**
 * A record as the JSON text that both implementations keep.
 * @throws InvalidRecord when it does not fit its schema or is larger than a record can be.
 */
export function encodeRecord<K extends RecordKind>(kind: K, id: string, value: RecordValue<K>): string {
  const label = `${kind} ${JSON.stringify(id)}`;
  const text = JSON.stringify(validate(recordSchemas[kind], `writing: ${label}`, value));
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_BYTES) return text;
  throw new InvalidRecord(`writing: ${label} takes ${bytes} bytes and a record can have ${MAX_BYTES}; keep less in it`);
}

/** @throws InvalidRecord when what is stored does not fit its schema. */
export function decodeRecord<K extends RecordKind>(kind: K, id: string, text: unknown): RecordValue<K> {
  const label = `reading: ${kind} ${JSON.stringify(id)}`;
  return validate(recordSchemas[kind], label, parseStoredJson(label, text)) as RecordValue<K>;
}

/**
 * The id, if it can be one: 1 to 200 characters of well-formed text, no slash.
 * @throws InvalidRecord
 */
export function validateId(label: string, id: string): string {
  const characters = [...id].length;
  if (characters > 0 && characters <= 200 && !id.includes('/') && !id.includes('\0') && id.isWellFormed()) return id;
  throw new InvalidRecord(`${label} id ${JSON.stringify(id.slice(0, 200))}: wants 1 to 200 characters, no slash`);
}
