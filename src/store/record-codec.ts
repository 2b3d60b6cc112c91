import { type Kind, type RecordOf, records } from './records.ts';
import { InvalidRecord } from './store-errors.ts';
import { fit, MAX_BYTES, parseStored } from './validate.ts';

/**
 * A record as the JSON text that both implementations keep.
 * @throws InvalidRecord when it does not fit its schema or is larger than a record can be.
 */
export function encodeRecord<K extends Kind>(kind: K, id: string, value: RecordOf<K>): string {
  const what = `${kind} ${JSON.stringify(id)}`;
  const text = JSON.stringify(fit(records[kind], `writing: ${what}`, value));
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_BYTES) return text;
  throw new InvalidRecord(`writing: ${what} takes ${bytes} bytes and a record can have ${MAX_BYTES}; keep less in it`);
}

/** @throws InvalidRecord when what is stored does not fit its schema. */
export function decodeRecord<K extends Kind>(kind: K, id: string, text: unknown): RecordOf<K> {
  const what = `reading: ${kind} ${JSON.stringify(id)}`;
  return fit(records[kind], what, parseStored(what, text)) as RecordOf<K>;
}

/**
 * The id, if it can be one: 1 to 200 characters of well-formed text, no slash.
 * @throws InvalidRecord
 */
export function checkId(what: string, id: string): string {
  const characters = [...id].length;
  if (characters > 0 && characters <= 200 && !id.includes('/') && !id.includes('\0') && id.isWellFormed()) return id;
  throw new InvalidRecord(`${what} id ${JSON.stringify(id.slice(0, 200))}: wants 1 to 200 characters, no slash`);
}
