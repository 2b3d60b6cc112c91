/** A secret that the vault does not take. Says why, never what it was. */
export class SecretTooLarge extends Error {
  override name = 'SecretTooLarge';
}

/** Ciphertext that this key does not open: damaged, moved from another place, or left over from a cluster that was shredded. */
export class SecretUnreadable extends Error {
  override name = 'SecretUnreadable';
}

/** A key file that can't be trusted or used. The message says what to do. */
export class InvalidKeyFile extends Error {
  override name = 'InvalidKeyFile';
}

/** The keyring does not do what it is asked, and will not by itself. `problem` is so, `remedy` is what to do. */
export class KeyringError extends Error {
  override name = 'KeyringError';
  readonly problem: string;
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(`${problem}; ${remedy}`);
    this.problem = problem;
    this.remedy = remedy;
  }
}
