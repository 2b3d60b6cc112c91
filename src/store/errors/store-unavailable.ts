/** The store did not respond in time. Transient; a write may or may not have been made. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}
