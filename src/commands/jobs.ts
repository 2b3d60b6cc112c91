import type { RunView } from '../engine/desk-types.ts';
import type { StoredEvent } from '../store/events.ts';
import type { RecordOf } from '../store/records.ts';
import type { Message } from './command.ts';
import type { Call } from './gates.ts';
import { type Doing, intents } from './intent.ts';
import { ended } from './messages/progress.ts';
import { summary } from './messages/summary.ts';
import { type Item, nextItem } from './outbox.ts';
import { placeWords } from './place-words.ts';

/** All that decides what a run's thread needs. */
export interface ThreadState {
  readonly thread: RecordOf<'thread'>;
  readonly view: RunView;
  /** All events of the run, up to the view's last. */
  readonly events: readonly StoredEvent[];
  /** The last event that the summary shows, as far as this courier knows. */
  readonly shown: number;
  /** This courier knows that what it was doing did not happen. */
  readonly undone: boolean;
  /** Slack's word for why the thread is not where it was asked for. */
  readonly moved: string | undefined;
}

export type Job =
  | { readonly do: 'summary'; readonly message: Message }
  | { readonly do: 'update'; readonly message: Message; readonly shows: number }
  | { readonly do: 'reply'; readonly message: Message; readonly upTo: number }
  | { readonly do: 'kubeconfig'; readonly upTo: number }
  /** Something was begun and nobody knows whether it happened. */
  | { readonly do: 'recover'; readonly doing: Doing }
  /** Another courier is at it. */
  | { readonly do: 'wait'; readonly until: Date };

export const callOf = {
  summary: 'post',
  update: 'update',
  reply: 'post',
  kubeconfig: 'upload',
  recover: 'find',
} as const satisfies Record<Exclude<Job['do'], 'wait'>, Call>;

/** What could be done now, in any order; nothing when all is told. Pure. */
export function jobsOf(state: ThreadState, me: string, now: Date): Job[] {
  const { thread, view, events, shown } = state;
  const { doing, settled } = intents.read(thread.intent);
  if (doing && !(state.undone && doing.by === me)) {
    if (doing.by !== me && new Date(doing.until) > now) return [{ do: 'wait', until: new Date(doing.until) }];
    // A kubeconfig can't be looked for: rather twice than never.
    if (doing.what !== 'kubeconfig') return [{ do: 'recover', doing }];
  }
  const shows = summary(view, movedWords(state));
  if (thread.ts === undefined) return thread.cursor < view.lastSeq ? [{ do: 'summary', message: shows }] : [];
  const item = nextItem(view, events, thread.cursor);
  if (shown < view.lastSeq) return [{ do: 'update', message: shows, shows: view.lastSeq }, ...replyOf(item)];
  if (!item || 'reply' in item) return replyOf(item);
  const settledNow = settled?.upTo === item.upTo ? settled : undefined;
  if (givesKubeconfig(item.end, view) && !settledNow) return [{ do: 'kubeconfig', upTo: item.upTo }];
  return [{ do: 'reply', message: ended(item.end, settledNow), upTo: item.upTo }];
}

/** The end waits until the summary shows it. */
function replyOf(item: Item | undefined): Job[] {
  return item && 'reply' in item ? [{ do: 'reply', message: item.reply, upTo: item.upTo }] : [];
}

/** A create that made it, and was not resumed or undone since. */
function givesKubeconfig(end: RunView, now: RunView): boolean {
  return end.operation === 'create' && end.over === 'succeeded' && now.over === 'succeeded';
}

function movedWords({ thread, view, moved }: ThreadState): string | undefined {
  if (thread.channel === view.channel) return undefined;
  return moved === undefined ? 'I could not post there' : placeWords(moved);
}
