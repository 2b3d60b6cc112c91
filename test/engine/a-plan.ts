import type { Phase, Step } from '../../src/engine/phase.ts';
import type { PlannedStep } from '../../src/engine/plan.ts';
import type { EngineEvent, Fault, StoredEvent } from '../../src/store/events.ts';

/** Events as a store gives them back, a second apart. */
export function stored(...events: readonly EngineEvent[]): StoredEvent[] {
  return events.map((event, i) => ({ seq: i + 1, at: at(i + 1), event }));
}

/** `n` seconds after the beginning. */
export function at(n: number): Date {
  return new Date(Date.UTC(2026, 2, 1, 12, 0, n));
}

/** A step that sees nothing and does nothing, with what a test cares about changed. */
export function aStep(key: string, changes: Partial<Step> = {}): Step {
  return { key, title: `title of ${key}`, observe: async () => ({ is: 'absent' }), ...changes };
}

export function aPhase(name: string, steps: readonly Step[], after: readonly string[] = []): Phase {
  return { name, title: `title of ${name}`, chapter: 1, after, steps: () => steps };
}

/** A plan of steps, each with what it waits for. */
export function aPlan(steps: Readonly<Record<string, readonly string[]>>): PlannedStep[] {
  return Object.entries(steps).map(([key, after]) => ({
    id: key,
    step: aStep(key),
    phase: aPhase(key.split('/')[0] ?? key, []),
    walks: 'forward',
    destroys: false,
    after,
  }));
}

export function aFault(changes: Partial<Fault> = {}): Fault {
  return { code: 'not-there-yet', kind: 'transient', message: 'not yet', next: 'nothing', ...changes };
}
