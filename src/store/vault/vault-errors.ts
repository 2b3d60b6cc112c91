/** The message never contains the secret. */
export class SecretTooLarge extends Error {
  override name = 'SecretTooLarge';
}

/** Ciphertext that the key can't decrypt: damaged, moved, or left over from a deleted cluster. */
export class SecretUnreadable extends Error {
  override name = 'SecretUnreadable';
}

/** Unusable or insecure key file. The message contains a remedy. */
export class InvalidKeyFile extends Error {
  override name = 'InvalidKeyFile';
}

/** Permanent error of a keyring. */
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
