import { expect, test } from 'vitest';
import { computePermissions, keyPermissions, permissionsByCall } from '../../deploy/permissions.ts';
import { computeCalls } from './compute-calls.ts';
import { requiredPermissions, toMethodName } from './required-permissions.ts';

test('each call has the permissions that Google documents for its method', () => {
  const actual = Object.entries(permissionsByCall).map(([call, permissions]) => [
    toMethodName(call),
    sort(permissions),
  ]);
  const required = Object.entries(requiredPermissions).map(([method, text]) => [
    method,
    sort(text.split(' ').map((permission) => `compute.${permission}`)),
  ]);
  expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(required));
  expect(actual).toHaveLength(required.length);
});

test('the custom role for the key allows use of the key, and no change of it', () => {
  expect(sort(keyPermissions)).toEqual([
    'cloudkms.cryptoKeyVersions.get',
    'cloudkms.cryptoKeyVersions.useToDecrypt',
    'cloudkms.cryptoKeyVersions.useToEncrypt',
    'cloudkms.cryptoKeys.get',
  ]);
});

test('the custom role has exactly the permissions that the code needs', {
  timeout: 120_000,
}, async () => {
  const calls = await computeCalls();
  // Guards against an empty recording.
  expect(calls).toEqual(expect.arrayContaining(['POST /zones/{zone}/instances', 'DELETE /global/networks/{network}']));
  const known = Object.keys(permissionsByCall);
  expect(
    calls.filter((call) => !known.includes(call)),
    'calls without permissions',
  ).toEqual([]);
  expect(
    known.filter((call) => !calls.includes(call)),
    'permissions for calls that nobody makes',
  ).toEqual([]);
  const needed = new Set(calls.flatMap((call) => permissionsByCall[call] ?? []));
  expect(computePermissions).toEqual([...needed].sort());
  expect(computePermissions.filter((one) => /[*]|setIamPolicy|actAs/.test(one))).toEqual([]);
});

function sort(list: readonly string[]): string[] {
  return [...list].sort();
}
