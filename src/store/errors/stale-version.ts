/** The record was modified concurrently. Read it again and decide again. */
export class StaleVersion extends Error {
  override name = 'StaleVersion';
}
