import type { Secret } from '../../store/vault/secret.ts';
import { type Context, type Rendering, type Step, saw } from '../workflow/step.ts';

interface VaultStep {
  readonly key: string;
  readonly title: string;
  readonly after?: readonly string[];
  readonly path: string;
  make(c: Context): Promise<Secret>;
  /** What a person would type. */
  byHand(c: Rendering): string;
  /** What of the secret everybody may read. */
  readonly shows?: (secret: Secret) => string;
}

/** A secret that is made once and rests in the cluster's vault. Made twice at once, the first one stays. */
export function vaultStep({ key, title, after, path, make, byHand, shows }: VaultStep): Step {
  return {
    key,
    title,
    ...(after ? { after } : {}),
    within: 'keys/vault',
    async observe({ vault }) {
      const secret = await vault.get(path);
      return secret ? saw(shows?.(secret) ?? '') : { is: 'absent' };
    },
    byHand: (c, walks) => (walks === 'forward' ? [{ script: byHand(c) }] : []),
    async remove({ vault }) {
      await vault.forget(path);
    },
    async apply(c) {
      await c.vault.ensure(path, () => make(c));
    },
  };
}
