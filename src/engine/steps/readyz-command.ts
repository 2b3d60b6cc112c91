import { paths } from '../render/paths.ts';

/** Prints `ok` on a control plane node whose API server is ready. Anonymous requests are denied. https://kubernetes.io/docs/reference/using-api/health-checks/ */
export const readyzCommand = `curl -fsS -m 5 --cacert ${paths.kubernetes}/ca.pem --cert ${paths.healthCheckCertificate}.pem --key ${paths.healthCheckCertificate}-key.pem https://127.0.0.1:6443/readyz`;
