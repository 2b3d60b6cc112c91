import { stringify } from 'yaml';
import { Secret } from '../../store/vault/secret.ts';

interface KubeconfigOptions {
  readonly clusterName: string;
  /** As `https://ADDRESS:6443`. */
  readonly server: string;
  /** PEM. */
  readonly caCertificate: string;
  readonly user: string;
  /** PEM. */
  readonly certificate: string;
  readonly key: Secret;
}

/** Renders a self-contained kubeconfig. It contains a private key, so it is a secret. */
export function renderKubeconfig(options: KubeconfigOptions): Secret {
  const { clusterName, user } = options;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: clusterName,
        cluster: { 'certificate-authority-data': encodeBase64(options.caCertificate), server: options.server },
      },
    ],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': encodeBase64(options.certificate),
          'client-key-data': Buffer.from(options.key.revealBytes()).toString('base64'),
        },
      },
    ],
    contexts: [{ name: clusterName, context: { cluster: clusterName, user } }],
    'current-context': clusterName,
  };
  // kubectl reads YAML 1.1, where an unquoted cluster name `on` is a boolean.
  return new Secret(stringify(config, { lineWidth: 0, version: '1.1' }));
}

function encodeBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}
