import { expect, test } from 'vitest';
import { computePermissions, permissionsByCall } from '../../deploy/permissions.ts';
import { computeCalls } from './compute-calls.ts';

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
