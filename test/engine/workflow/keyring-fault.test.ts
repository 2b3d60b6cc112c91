import { expect, test } from 'vitest';
import { faultOf } from '../../../src/engine/workflow/errors.ts';
import { KeyringRefused } from '../../../src/store/vault/vault-errors.ts';

test('a keyring that refuses is told as it is, with what to do, and is tried no more by itself', () => {
  const error = new KeyringRefused(
    'opening the key of "demo": version 1 is disabled',
    '`gcloud kms keys versions enable 1`',
  );
  expect(faultOf(error, 'keys')).toEqual({
    code: 'keyring-refused',
    kind: 'denied',
    message: 'opening the key of "demo": version 1 is disabled',
    next: '`gcloud kms keys versions enable 1`; then `/kthw resume`',
  });
});
