import { paths } from './paths.ts';

/**
 * Renders an nginx site that exposes the API server's health to the load balancer: health checks of target pools support
 * plain HTTP only. They send the site's name as the host. Anonymous auth is disabled, so nginx uses a client certificate
 * that can only read health.
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
