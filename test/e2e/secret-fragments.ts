import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { openFileKeyring } from '../../src/store/vault/file-keyring.ts';
import { createVaultProvider } from '../../src/store/vault/vault-provider.ts';

/** A cluster's secret and text fragments that reveal it, in plain text or base64. */
export interface SecretFragments {
  readonly path: string;
  readonly fragments: readonly string[];
}

/** Opens a stack's vault with its key file and returns the secrets that must not appear elsewhere. */
export async function readSecrets(stateDir: string, cluster: string): Promise<SecretFragments[]> {
  const store = openSqliteStore({ path: join(stateDir, 'kthw.sqlite') });
  try {
    const vault = createVaultProvider(store, openFileKeyring(join(stateDir, 'key'))).getVault(cluster);
    const records = (await store.list('secret')).filter(({ value }) => value.cluster === cluster);
    return await Promise.all(
      records.map(async ({ value: { path } }) => {
        const secret = await vault.get(path);
        if (!secret) throw new Error(`"${path}" not found in the vault`);
        return { path, fragments: extractFragments(extractSecretPart(secret.reveal())) };
      }),
    );
  } finally {
    await store.close();
  }
}

/** A certificate is stored with its key but is not secret. */
function extractSecretPart(text: string): string {
  if (!text.startsWith('{')) return text;
  const { key, privateKey } = JSON.parse(text) as { key?: string; privateKey?: string };
  return key ?? privateKey ?? text;
}

/** A line from the middle of a PEM, where all keys differ, and a part of the base64 form used in kubeconfigs. */
export function extractFragments(secret: string): string[] {
  const lines = secret.trim().split('\n');
  const middle = lines[Math.floor(lines.length / 2)] ?? '';
  const encoded = Buffer.from(secret).toString('base64').replaceAll('=', '');
  const from = Math.floor(encoded.length / 2);
  return [middle.replaceAll('=', ''), encoded.length > 200 ? encoded.slice(from, from + 60) : encoded];
}

/** Lists each secret with the name of the text that contains it. Also finds PEM headers and Slack tokens. */
export function findLeaks(texts: ReadonlyMap<string, string>, secrets: readonly SecretFragments[]): string[] {
  const patterns = [...secrets, ...['PRIVATE KEY', 'xoxb-'].map((word) => ({ path: word, fragments: [word] }))];
  return [...texts].flatMap(([name, text]) =>
    patterns
      .filter(({ fragments }) => fragments.some((fragment) => text.includes(fragment)))
      .map(({ path }) => `${path} in ${name}`),
  );
}
