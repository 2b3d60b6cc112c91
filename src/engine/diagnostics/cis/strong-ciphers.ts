/**
 * Go's names of cipher suites with forward secrecy and authenticated encryption, as the benchmark lists them for the API server
 * (1.2.29). Those without `_SHA256` are older names of the same.
 */
const strongCipherSuites: ReadonlySet<unknown> = new Set([
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  ...['ECDSA', 'RSA'].flatMap((key) =>
    ['AES_128_GCM_SHA256', 'AES_256_GCM_SHA384', 'CHACHA20_POLY1305', 'CHACHA20_POLY1305_SHA256'].map(
      (cipher) => `TLS_ECDHE_${key}_WITH_${cipher}`,
    ),
  ),
]);

/** Some are named, and each is strong. */
export function hasOnlyStrongCiphers(suites: readonly unknown[]): boolean {
  return suites.length > 0 && suites.every((suite) => strongCipherSuites.has(suite));
}
