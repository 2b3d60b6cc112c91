import { firewall } from '../../src/engine/phases/firewall.ts';
import { keys } from '../../src/engine/phases/keys.ts';
import { network, networkSteps } from '../../src/engine/phases/network.ts';
import { preflightSteps } from '../../src/engine/phases/preflight.ts';
import { staticIp } from '../../src/engine/phases/static-ip.ts';
import { definePhase } from '../../src/engine/steps/cluster-step.ts';
import { markPresent } from '../../src/engine/workflow/observation.ts';
import type { Phase } from '../../src/engine/workflow/step.ts';
import { instanceStepHandle } from '../../src/engine/workflow/step-handle.ts';

/** An external effect without request IDs, so duplicates are visible. */
export interface Marks {
  has(mark: string): Promise<boolean>;
  leave(mark: string): Promise<void>;
}

/** Stands in for the preflight checks, on which the network depends: they need machine types and quotas. */
const passedPreflight = definePhase({
  name: 'preflight',
  title: 'Preflight',
  chapter: 1,
  steps: () =>
    Object.values(preflightSteps).map((handle) => ({ handle, title: handle.key, observe: async () => markPresent() })),
});

/** Number of steps that leave a mark, run one after the other. */
export const markCount = 5;

/** The tutorial's phases that need no instance, plus one phase with slow steps. */
export function createPhasesWithoutInstances({ has, leave }: Marks): readonly Phase[] {
  const mark = instanceStepHandle('marks');
  const marks = definePhase({
    name: 'marks',
    title: 'Marks',
    chapter: 4,
    steps: () =>
      Array.from({ length: markCount }, (_, n) => ({
        handle: mark.on({ name: String(n) }),
        title: `mark ${n}`,
        dependsOn: n > 0 ? [mark.on({ name: String(n - 1) })] : Object.values(networkSteps),
        observe: async () => ((await has(`marks/${n}`)) ? markPresent() : { status: 'absent' }),
        apply: () => leave(`marks/${n}`),
      })),
  });
  return [passedPreflight, keys, network, firewall, staticIp, marks];
}
