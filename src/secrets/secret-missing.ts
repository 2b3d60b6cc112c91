/** A configured secret can't be read. The message contains the remedy. */
export class SecretMissing extends Error {
  override name = 'SecretMissing';
}
