/** Ciphertext that the key can't decrypt: damaged, moved, or left over from a deleted cluster. */
export class SecretUnreadable extends Error {
  override name = 'SecretUnreadable';
}
