/** A secret that the vault does not take. Says why, never what it was. */
export class SecretRefused extends Error {
  override name = 'SecretRefused';
}

/** Ciphertext that this key does not open: damaged, moved from another place, or left over from a cluster that was shredded. */
export class SecretUnreadable extends Error {
  override name = 'SecretUnreadable';
}

/** A key file that can't be trusted or used. The message says what to do. */
export class KeyFileRefused extends Error {
  override name = 'KeyFileRefused';
}

/** The keyring does not do what it is asked, and will not by itself. `what` is so, `next` is what to do. */
export class KeyringRefused extends Error {
  override name = 'KeyringRefused';
  readonly what: string;
  readonly next: string;

  constructor(what: string, next: string) {
    super(`${what}; ${next}`);
    this.what = what;
    this.next = next;
  }
}
