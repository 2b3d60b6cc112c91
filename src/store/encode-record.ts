import { InvalidRecord, type RecordKind, type RecordValue, recordSchemas } from './records.ts';
import { MAX_BYTES, parseStoredJson, validate } from './validate.ts';

/**
 * Encodes a record as JSON text, as stored by both implementations.
 * @throws InvalidRecord if it does not match its schema or is too large
 */
export function encodeRecord<K extends RecordKind>(kind: K, id: string, value: RecordValue<K>): string {
  const label = `${kind} ${JSON.stringify(id)}`;
  const text = JSON.stringify(validate(recordSchemas[kind], `writing: ${label}`, value));
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_BYTES) return text;
  throw new InvalidRecord(`writing: ${label} is too large: ${bytes} bytes, limit ${MAX_BYTES}`);
}

/** @throws InvalidRecord if the stored record does not match its schema */
export function decodeRecord<K extends RecordKind>(kind: K, id: string, text: unknown): RecordValue<K> {
  const label = `reading: ${kind} ${JSON.stringify(id)}`;
  return validate(recordSchemas[kind], label, parseStoredJson(label, text)) as RecordValue<K>;
}

/**
 * Returns the id if it is well-formed text of 1 to 200 characters without slash.
 * @throws InvalidRecord
 */
export function validateId(label: string, id: string): string {
  const characters = [...id].length;
  if (characters > 0 && characters <= 200 && !id.includes('/') && !id.includes('\0') && id.isWellFormed()) return id;
  throw new InvalidRecord(
    `${label} id ${JSON.stringify(id.slice(0, 200))}: must have 1 to 200 characters and no slash`,
  );
}
