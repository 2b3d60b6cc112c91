/**
 * Cipher suites with forward secrecy and authenticated encryption, by Go name, as listed in check 1.2.29. ChaCha20 names
 * without `_SHA256` are older aliases.
 */
export const strongCipherSuites: ReadonlySet<unknown> = new Set([
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  ...['ECDSA', 'RSA'].flatMap((key) =>
    ['AES_128_GCM_SHA256', 'AES_256_GCM_SHA384', 'CHACHA20_POLY1305', 'CHACHA20_POLY1305_SHA256'].map(
      (cipher) => `TLS_ECDHE_${key}_WITH_${cipher}`,
    ),
  ),
]);

/** Cipher suites as listed in check 4.2.12, which has only the older names of ChaCha20. */
export const strongKubeletCipherSuites: ReadonlySet<unknown> = new Set(
  [...strongCipherSuites].filter((suite) => /^TLS_ECDHE_.*(_GCM_SHA\d+|CHACHA20_POLY1305)$/.test(String(suite))),
);

/** False for an empty list. */
export function hasOnlyStrongCiphers(suites: readonly unknown[], allowed = strongCipherSuites): boolean {
  return suites.length > 0 && suites.every((suite) => allowed.has(suite));
}
