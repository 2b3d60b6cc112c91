import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { openFileKeyring } from '../../src/store/vault/file-keyring.ts';
import { createVaultProvider } from '../../src/store/vault/vault-provider.ts';

/** A cluster's secret, and texts of which one is there wherever it was written: as it is, or in base64. */
export interface Needles {
  readonly of: string;
  readonly texts: readonly string[];
}

/** Opens the vault of a stack, as whoever has its key file can, and tells what must be seen nowhere else. */
export async function keyMaterial(stateDir: string, cluster: string): Promise<Needles[]> {
  const store = openSqliteStore({ path: join(stateDir, 'kthw.sqlite') });
  try {
    const vault = createVaultProvider(store, openFileKeyring(join(stateDir, 'key'))).getVault(cluster);
    const records = (await store.list('secret')).filter(({ value }) => value.cluster === cluster);
    return await Promise.all(
      records.map(async ({ value: { path } }) => {
        const secret = await vault.get(path);
        if (!secret) throw new Error(`reading "${path}" from the vault: it is not there`);
        return { of: path, texts: needlesIn(secretPart(secret.reveal())) };
      }),
    );
  } finally {
    await store.close();
  }
}

/** A certificate is kept together with its key and is no secret itself. */
function secretPart(text: string): string {
  if (!text.startsWith('{')) return text;
  const { key, privateKey } = JSON.parse(text) as { key?: string; privateKey?: string };
  return key ?? privateKey ?? text;
}

/** One line from the middle of a PEM, where every key differs; a piece of the whole in base64, as kubeconfigs have it. */
export function needlesIn(secret: string): string[] {
  const lines = secret.trim().split('\n');
  const middle = lines[Math.floor(lines.length / 2)] ?? '';
  const encoded = Buffer.from(secret).toString('base64').replaceAll('=', '');
  const from = Math.floor(encoded.length / 2);
  return [middle.replaceAll('=', ''), encoded.length > 200 ? encoded.slice(from, from + 60) : encoded];
}
