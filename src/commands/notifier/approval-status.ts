import type { Person, StoredEvent } from '../../store/events.ts';

/** What came of a question that a run asked. `open` and `approved` go on. */
export interface Fate {
  readonly is: 'open' | 'approved' | 'ended' | 'refused' | 'superseded' | 'expired' | 'over';
  readonly answer?: { readonly by: Person; readonly at: Date };
  /** How the run ended that went on after a yes. */
  readonly end?: { readonly as: 'succeeded' | 'failed' | 'cancelled'; readonly at: Date };
  /** Who stopped the run instead of answering. */
  readonly stoppedBy?: Person;
}

/** What a question was asked with. */
export interface Question {
  readonly seq: number;
  readonly digest: string;
  readonly destroys: readonly string[];
  readonly expiresAt: Date;
}

/** The question that event `seq` asked. Pure. */
export function questionAt(events: readonly StoredEvent[], seq: number): Question | undefined {
  const event = events.find((one) => one.seq === seq)?.event;
  if (event?.type !== 'approval.asked') return undefined;
  return { seq, digest: event.digest, destroys: event.destroys, expiresAt: new Date(event.expiresAt) };
}

/** What came of a question so far. Pure. `events`: all of the run. */
export function fateOf(events: readonly StoredEvent[], asked: Question): Fate {
  let answer: Fate['answer'];
  let stoppedBy: Person | undefined;
  for (const { event, at } of events.filter(({ seq }) => seq > asked.seq)) {
    switch (event.type) {
      case 'approval.given':
        answer ??= { by: event.by, at };
        break;
      case 'approval.refused':
        if (!answer) return { is: 'refused', answer: { by: event.by, at } };
        break;
      case 'approval.asked':
        return { is: 'superseded', ...(answer ? { answer } : {}) };
      case 'run.cancelAsked':
        stoppedBy ??= event.by;
        break;
      case 'run.finished':
        if (answer) return { is: 'ended', answer, end: { as: event.as, at } };
        if (stoppedBy) return { is: 'over', stoppedBy };
        return { is: at >= asked.expiresAt ? 'expired' : 'over' };
      default:
    }
  }
  return answer ? { is: 'approved', answer } : { is: 'open' };
}

/** Nothing more will come of it. */
export function isFinal({ is }: Fate): boolean {
  return is !== 'open' && is !== 'approved';
}

/** The question that waits for an answer now. Pure. */
export function openQuestion(events: readonly StoredEvent[]): Question | undefined {
  const last = events.findLast(({ event }) => event.type === 'approval.asked');
  const asked = last && questionAt(events, last.seq);
  return asked && fateOf(events, asked).is === 'open' ? asked : undefined;
}
