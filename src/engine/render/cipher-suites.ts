/**
 * For TLS 1.2: with forward secrecy and authenticated encryption only. TLS 1.3 has no others and lets none be chosen.
 * Go's names: https://pkg.go.dev/crypto/tls#pkg-constants
 */
export const cipherSuites: readonly string[] = ['ECDSA', 'RSA'].flatMap((key) => [
  `TLS_ECDHE_${key}_WITH_AES_128_GCM_SHA256`,
  `TLS_ECDHE_${key}_WITH_AES_256_GCM_SHA384`,
  `TLS_ECDHE_${key}_WITH_CHACHA20_POLY1305_SHA256`,
]);

/** The oldest version of TLS that is spoken. */
export const minTlsVersion = 'VersionTLS12';
