import { expect, test } from 'vitest';
import { toStepError } from '../../../src/engine/cluster/errors.ts';
import { KeyringError } from '../../../src/store/vault/keyring-error.ts';

test('a keyring that refuses is told as it is, with what to do, and is tried no more by itself', () => {
  const error = new KeyringError(
    'opening the key of "demo": version 1 is disabled',
    '`gcloud kms keys versions enable 1`',
  );
  expect(toStepError(error, 'keys')).toEqual({
    code: 'keyring-refused',
    kind: 'denied',
    message: 'opening the key of "demo": version 1 is disabled',
    remedy: '`gcloud kms keys versions enable 1`; then `/kthw resume`',
  });
});
