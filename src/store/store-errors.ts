/** The record was modified concurrently. Read it again and decide again. */
export class StaleVersion extends Error {
  override name = 'StaleVersion';
}

/** Another runner holds the lease. Stop writing. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}

/** The store did not respond in time. Transient; a write may or may not have been made. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}

/** A record does not match its schema. The message names kind, id and path, never the value. */
export class InvalidRecord extends Error {
  override name = 'InvalidRecord';
}
