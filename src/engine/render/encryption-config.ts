import { Secret } from '../../store/vault/secret.ts';
import { renderYamlDocuments } from './yaml-documents.ts';

/**
 * How the API server encrypts secrets in etcd: they begin with `k8s:enc:secretbox:v1:key1:`. The tutorial's `aescbc` says nothing
 * about who changed a ciphertext, and Kubernetes' page calls it weak
 * (https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/#providers). `identity` comes last so that what was written
 * before can be read. The group and kind are those of 1.13 and later; the tutorial's `v1 EncryptionConfig` is
 * what they were called before.
 * @param key 32 random bytes
 * @throws RangeError for a key of another length
 */
export function renderEncryptionConfig(key: Secret): Secret {
  const bytes = key.revealBytes();
  if (bytes.length !== 32) throw new RangeError(`the encryption key has ${bytes.length} bytes; make one of 32`);
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
