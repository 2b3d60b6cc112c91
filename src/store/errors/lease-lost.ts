/** Another runner holds the lease. Stop writing. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';
}
