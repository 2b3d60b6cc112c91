/**
 * Cipher suites for TLS 1.2 with forward secrecy and authenticated encryption, by Go name. Those of TLS 1.3 are not
 * configurable. https://pkg.go.dev/crypto/tls#pkg-constants
 */
export const cipherSuites: readonly string[] = ['ECDSA', 'RSA'].flatMap((key) => [
  `TLS_ECDHE_${key}_WITH_AES_128_GCM_SHA256`,
  `TLS_ECDHE_${key}_WITH_AES_256_GCM_SHA384`,
  `TLS_ECDHE_${key}_WITH_CHACHA20_POLY1305_SHA256`,
]);

/**
 * Cipher suites of kubelets: those with AES. Check 4.2.12 of the CIS Kubernetes Benchmark knows the suites with ChaCha20
 * only by names that Go has deprecated (kube-bench, cis-1.12, 2026-12-01).
 */
export const kubeletCipherSuites: readonly string[] = cipherSuites.filter((suite) => suite.includes('_AES_'));

export const minTlsVersion = 'VersionTLS12';
