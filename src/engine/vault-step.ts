import type { Secret } from '../store/secret.ts';
import { type Context, present, type Step } from './phase.ts';

interface VaultStep {
  readonly key: string;
  readonly title: string;
  readonly after?: readonly string[];
  readonly path: string;
  make(c: Context): Promise<Secret>;
}

/** A secret that is made once and rests in the cluster's vault. Made twice at once, the first one stays. */
export function vaultStep({ key, title, after, path, make }: VaultStep): Step {
  return {
    key,
    title,
    ...(after ? { after } : {}),
    within: 'keys/vault',
    async observe({ vault }) {
      return (await vault.get(path)) ? present() : { is: 'absent' };
    },
    async remove({ vault }) {
      await vault.forget(path);
    },
    async apply(c) {
      await c.vault.ensure(path, () => make(c));
    },
  };
}
