import { Secret } from '../../store/vault/secret.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

/**
 * Renders the encryption configuration. Secrets in etcd start with `k8s:enc:secretbox:v1:key1:`. The tutorial's `aescbc` is
 * not authenticated, and Kubernetes rates it weak
 * (https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#providers). `identity` comes last, so that unencrypted
 * Secrets stay readable. Group and kind are those of 1.13 and later; before, they were `v1 EncryptionConfig`.
 * @param key 32 random bytes
 * @throws RangeError for a different length
 */
export function renderEncryptionConfig(key: Secret): Secret {
  const bytes = key.revealBytes();
  if (bytes.length !== 32) throw new RangeError(`the encryption key has ${bytes.length} bytes, must have 32`);
  const secret = Buffer.from(bytes).toString('base64');
  return new Secret(
    renderYamlDocuments({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'EncryptionConfiguration',
      resources: [
        { resources: ['secrets'], providers: [{ secretbox: { keys: [{ name: 'key1', secret }] } }, { identity: {} }] },
      ],
    }),
  );
}
