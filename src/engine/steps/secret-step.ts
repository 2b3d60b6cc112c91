import type { Secret } from '../../store/vault/secret.ts';
import { markPresent } from '../workflow/observation.ts';
import { type StepHandle, stepHandle } from '../workflow/step-handle.ts';
import type { ClusterStep } from './cluster-step.ts';
import type { RenderContext, StepContext } from './step-context.ts';

/** Step of the vault: its removal deletes all secrets of the cluster. */
export const clusterVault = stepHandle('keys/vault');

interface SecretStepOptions {
  readonly handle: StepHandle;
  readonly title: string;
  readonly dependsOn?: readonly StepHandle[];
  readonly path: string;
  generate(c: StepContext): Promise<Secret>;
  /** Manual alternative. */
  manualScript(c: RenderContext): string;
  /** Part of the secret that may be displayed. */
  readonly getPublicPart?: (secret: Secret) => string;
}

/** A secret that is generated once and stored in the cluster's vault. If two processes race, both use the first value. */
export function secretStep({
  handle,
  title,
  dependsOn,
  path,
  generate,
  manualScript,
  getPublicPart,
}: SecretStepOptions): ClusterStep {
  return {
    handle,
    title,
    ...(dependsOn ? { dependsOn } : {}),
    async observe({ vault }) {
      const secret = await vault.get(path);
      return secret ? markPresent(getPublicPart?.(secret) ?? '') : { status: 'absent' };
    },
    async apply(c) {
      await c.vault.getOrCreate(path, () => generate(c));
    },
    removable: { remove: ({ vault }) => vault.delete(path), containedIn: clusterVault },
    explained: {
      manualCommands: (c, direction) => (direction === 'forward' ? [manualScript(c)] : []),
    },
  };
}
