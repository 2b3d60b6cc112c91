import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { SecretUnreadable } from './seal.ts';
import type { Outputs } from './vault.ts';

/** The expected version of each secret, and the outputs of steps. `revision` grows with every change. */
export interface VaultIndex {
  readonly revision: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly outputs: Outputs;
}

type SignedIndex = VaultIndex & { readonly mac: string };

/** Authenticates the index with a key that only the cluster's data key gives. */
export function signIndex(dataKey: Uint8Array, cluster: string, index: VaultIndex): SignedIndex {
  return { ...index, mac: computeMac(dataKey, cluster, index).toString('base64') };
}

/** @throws SecretUnreadable if the index was changed, or belongs to another cluster or data key */
export function verifyIndex(dataKey: Uint8Array, cluster: string, { mac, ...index }: SignedIndex): VaultIndex {
  const expected = computeMac(dataKey, cluster, index);
  const actual = Buffer.from(mac, 'base64');
  if (actual.length === expected.length && timingSafeEqual(actual, expected)) return index;
  throw new SecretUnreadable(`opening the vault of ${JSON.stringify(cluster)}: its index was changed outside kthw`);
}

function computeMac(dataKey: Uint8Array, cluster: string, { revision, versions, outputs }: VaultIndex): Buffer {
  const key = Buffer.from(hkdfSync('sha256', dataKey, '', 'kthw vault index', 32));
  const text = JSON.stringify(['kthw vault index', cluster, revision, sortEntries(versions), sortEntries(outputs)]);
  return createHmac('sha256', key).update(text).digest();
}

function sortEntries(values: object): [string, unknown][] {
  return Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
