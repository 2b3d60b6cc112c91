/** Somebody wrote the record in between: read it again and decide again. */
export class StaleVersion extends Error {
  override name = 'StaleVersion';
}

/** The lease went to another runner: stop, and write nothing more. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/** What is stored does not fit its schema. The message names kind, id and path, never the value. */
export class InvalidRecord extends Error {
  override name = 'InvalidRecord';
}
