import type { PauseDecision, StoredEvent } from '../../store/events.ts';
import type { Person } from '../../store/person.ts';

/** A pause after a chapter. @property seq its `pause.requested` event */
export interface Pause {
  readonly seq: number;
  readonly chapter: number;
}

export type PauseStatus =
  | { readonly kind: 'open' }
  | { readonly kind: PauseDecision; readonly actor: Person; readonly at: Date }
  /** Ended without a pause button. `actor`: who cancelled or resumed the run. */
  | { readonly kind: 'past'; readonly actor?: Person };

/** Pause of event `seq`. Pure. */
export function findPause(events: readonly StoredEvent[], seq: number): Pause | undefined {
  const event = events.find((one) => one.seq === seq)?.event;
  return event?.type === 'pause.requested' ? { seq, chapter: event.chapter } : undefined;
}

/** Pure. @param events all events of the run */
export function getPauseStatus(events: readonly StoredEvent[], { seq, chapter }: Pause): PauseStatus {
  for (const { event, at } of events.filter((one) => one.seq > seq)) {
    switch (event.type) {
      case 'pause.resolved':
        if (event.chapter === chapter) return { kind: event.decision, actor: event.actor, at };
        break;
      case 'run.cancelRequested':
      case 'run.resumed':
        return { kind: 'past', actor: event.actor };
      case 'pause.requested':
      case 'run.finished':
        return { kind: 'past' };
      default:
    }
  }
  return { kind: 'open' };
}
