import { stringify } from 'yaml';
import { Secret } from '../../store/vault/secret.ts';

export interface KubeconfigParts {
  readonly clusterName: string;
  /** As `https://ADDRESS:6443`. */
  readonly server: string;
  /** The authority's certificate, PEM. */
  readonly authority: string;
  readonly user: string;
  /** PEM. */
  readonly certificate: string;
  readonly key: Secret;
}

/** A kubeconfig that needs no other file. It holds a private key, so it is a secret. */
export function kubeconfig(parts: KubeconfigParts): Secret {
  const { clusterName, user } = parts;
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: clusterName, cluster: { 'certificate-authority-data': base64(parts.authority), server: parts.server } },
    ],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': base64(parts.certificate),
          'client-key-data': Buffer.from(parts.key.bytes()).toString('base64'),
        },
      },
    ],
    contexts: [{ name: clusterName, context: { cluster: clusterName, user } }],
    'current-context': clusterName,
  };
  // Quoted for YAML 1.1 too, which is what kubectl reads: there a cluster named `on` would be a boolean.
  return new Secret(stringify(document, { lineWidth: 0, version: '1.1' }));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
