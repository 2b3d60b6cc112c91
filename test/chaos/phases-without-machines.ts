import { firewall } from '../../src/engine/phases/firewall.ts';
import { keys } from '../../src/engine/phases/keys.ts';
import { network } from '../../src/engine/phases/network.ts';
import { staticIp } from '../../src/engine/phases/static-ip.ts';
import { definePhase } from '../../src/engine/steps/define-phase.ts';
import { markPresent } from '../../src/engine/workflow/observation.ts';
import type { Phase } from '../../src/engine/workflow/step.ts';

/** An external effect without request IDs, so duplicates are visible. */
export interface Marks {
  has(mark: string): Promise<boolean>;
  leave(mark: string): Promise<void>;
}

/** Number of steps that leave a mark, run one after the other. */
export const markCount = 5;

/** The tutorial's phases that need no instance, plus one phase with slow steps. */
export function phasesWithoutMachines({ has, leave }: Marks): readonly Phase[] {
  const marks = definePhase({
    name: 'marks',
    title: 'Marks',
    chapter: 4,
    dependsOn: ['network'],
    steps: () =>
      Array.from({ length: markCount }, (_, n) => ({
        key: `marks/${n}`,
        title: `mark ${n}`,
        ...(n > 0 ? { dependsOn: [`marks/${n - 1}`] } : {}),
        observe: async () => ((await has(`marks/${n}`)) ? markPresent() : { status: 'absent' }),
        apply: () => leave(`marks/${n}`),
      })),
  });
  return [keys, network, firewall, staticIp, marks];
}
