/** Somebody wrote the record in between: read it again and decide again. */
export class StaleVersion extends Error {
  override name = 'StaleVersion';
}

/** The lease went to another runner: stop, and write nothing more. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/** The store gave no answer in time. It passes by itself; whether a write was made is not known. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}

/** What is stored does not fit its schema. The message names kind, id and path, never the value. */
export class InvalidRecord extends Error {
  override name = 'InvalidRecord';
}
