import type { Onward, Person, StoredEvent } from '../../store/events.ts';

/** A pause after a chapter, by the event that asked for a button. */
export interface Pause {
  readonly seq: number;
  readonly chapter: number;
}

/** What came of a pause so far. */
export type PauseFate =
  | { readonly is: 'open' }
  | { readonly is: Onward; readonly by: Person; readonly at: Date }
  /** Nobody pressed: somebody stopped the run, or resumed it. */
  | { readonly is: 'past'; readonly by?: Person };

/** The pause that event `seq` began. Pure. */
export function pauseAt(events: readonly StoredEvent[], seq: number): Pause | undefined {
  const event = events.find((one) => one.seq === seq)?.event;
  return event?.type === 'pause.asked' ? { seq, chapter: event.chapter } : undefined;
}

/** Pure. `events`: all of the run. */
export function fateOfPause(events: readonly StoredEvent[], { seq, chapter }: Pause): PauseFate {
  for (const { event, at } of events.filter((one) => one.seq > seq)) {
    switch (event.type) {
      case 'pause.over':
        if (event.chapter === chapter) return { is: event.how, by: event.by, at };
        break;
      case 'run.cancelAsked':
      case 'run.resumed':
        return { is: 'past', by: event.by };
      case 'pause.asked':
      case 'run.finished':
        return { is: 'past' };
      default:
    }
  }
  return { is: 'open' };
}
