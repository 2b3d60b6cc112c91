/** A secret of the configuration can't be read. The message says what to do. */
export class SecretMissing extends Error {
  override name = 'SecretMissing';
}
