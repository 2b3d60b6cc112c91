import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts with AES-256-GCM and a random nonce. Returns nonce, ciphertext and tag. `associatedData` is authenticated only. */
export function seal(key: Uint8Array, plaintext: Uint8Array, associatedData: string): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(associatedData));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Decrypts the result of `seal`.
 * @throws SecretUnreadable if key, ciphertext or associated data do not match
 */
export function unseal(key: Uint8Array, sealed: Uint8Array, associatedData: string, label: string): Uint8Array {
  const end = sealed.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(associatedData));
    decipher.setAuthTag(sealed.subarray(end));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]);
  } catch (cause) {
    throw new SecretUnreadable(`opening ${label}: damaged, outdated, moved, or encrypted with another key`, {
      cause,
    });
  }
}

/** The store's copy of a secret is not the last one written: damaged, outdated, moved, or of a deleted cluster. */
export class SecretUnreadable extends Error {
  override name = 'SecretUnreadable';
}
