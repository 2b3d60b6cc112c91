import type { Secret } from '../../store/vault/secret.ts';
import { markPresent } from '../workflow/observation.ts';
import type { ClusterStep } from './cluster-step.ts';
import type { RenderContext, StepContext } from './step-context.ts';

interface SecretStepOptions {
  readonly key: string;
  readonly title: string;
  readonly dependsOn?: readonly string[];
  readonly path: string;
  generate(c: StepContext): Promise<Secret>;
  /** What a person would type. */
  manualScript(c: RenderContext): string;
  /** What of the secret everybody may read. */
  readonly getPublicPart?: (secret: Secret) => string;
}

/** A secret that is made once and rests in the cluster's vault. Made twice at once, the first one stays. */
export function secretStep({
  key,
  title,
  dependsOn,
  path,
  generate,
  manualScript,
  getPublicPart,
}: SecretStepOptions): ClusterStep {
  return {
    key,
    title,
    ...(dependsOn ? { dependsOn } : {}),
    containedIn: 'keys/vault',
    async observe({ vault }) {
      const secret = await vault.get(path);
      return secret ? markPresent(getPublicPart?.(secret) ?? '') : { status: 'absent' };
    },
    manualCommands: (c, direction) => (direction === 'forward' ? [{ script: manualScript(c) }] : []),
    async remove({ vault }) {
      await vault.delete(path);
    },
    async apply(c) {
      await c.vault.getOrCreate(path, () => generate(c));
    },
  };
}
