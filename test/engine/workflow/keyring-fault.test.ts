import { expect, test } from 'vitest';
import { toStepError } from '../../../src/engine/cluster/errors.ts';
import { KeyringError } from '../../../src/store/vault/keyring-error.ts';

test('a keyring error is reported with a remedy and is not retried', () => {
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
