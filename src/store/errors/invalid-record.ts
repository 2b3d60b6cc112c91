/** A record does not match its schema. The message names kind, id and path, never the value. */
export class InvalidRecord extends Error {
  override name = 'InvalidRecord';
}
