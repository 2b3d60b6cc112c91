import { paths } from '../render/paths.ts';

/** What shows, on a controller, whether its API server is ready: `ok`. Nobody unknown may ask. https://kubernetes.io/docs/reference/using-api/health-checks/ */
export const readyzCommand = `curl -fsS -m 5 --cacert ${paths.kubernetes}/ca.pem --cert ${paths.healthCheckCertificate}.pem --key ${paths.healthCheckCertificate}-key.pem https://127.0.0.1:6443/readyz`;
