import { paths } from './paths.ts';

/**
 * Lets the load balancer see the API server's health: Google's check for target pools speaks plain HTTP only. It sends the
 * site's name as its host. The API server answers nobody unknown, so it asks with a certificate that may see health alone.
 */
export function renderNginxSite(): string {
  const name = 'kubernetes.default.svc.cluster.local';
  const renderLocation = (path: string) => `
  location = ${path} {
    proxy_pass https://127.0.0.1:6443${path};
    proxy_ssl_trusted_certificate ${paths.kubernetes}/ca.pem;
    proxy_ssl_certificate ${paths.healthCheckCertificate}.pem;
    proxy_ssl_certificate_key ${paths.healthCheckCertificate}-key.pem;
    proxy_ssl_verify on;
    proxy_ssl_name ${name};
  }
`;
  return `server {
  listen 80;
  server_name ${name};
${renderLocation('/healthz')}${renderLocation('/readyz')}
  location / {
    return 404;
  }
}
`;
}
