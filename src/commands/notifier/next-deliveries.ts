import type { RunView } from '../../engine/service/cluster-service-types.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { RecordOf } from '../../store/records.ts';
import type { Policy } from '../authorization/policy.ts';
import { approvals } from '../interactions/approval-buttons.ts';
import { pauseIds } from '../interactions/pause-buttons.ts';
import { question } from '../messages/approval-request.ts';
import { chapterDone } from '../messages/chapter-pause.ts';
import { summary } from '../messages/run-summary.ts';
import { ended } from '../messages/run-thread-messages.ts';
import type { Message } from '../routing/command.ts';
import type { Place } from '../slack/chat.ts';
import { fateOf, isFinal, openQuestion, type Question, questionAt } from './approval-status.ts';
import { type Doing, type Intent, intents } from './delivery-claim.ts';
import { placeWords } from './format-channel-error.ts';
import { fateOfPause, type Pause, pauseAt } from './pause-status.ts';
import type { Call } from './rate-limiter.ts';
import { type Item, nextItem } from './thread-message.ts';

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
  /** Slack's page of the thread, once it has said where that is. */
  readonly link: string | undefined;
  /** Who may answer questions. */
  readonly policy: Policy;
}

export type Job =
  | { readonly do: 'summary'; readonly message: Message }
  | { readonly do: 'update'; readonly message: Message; readonly shows: number }
  /** `picture`: it ends a run, and a picture of it follows. */
  | { readonly do: 'reply'; readonly message: Message; readonly upTo: number; readonly picture: boolean }
  | {
      readonly do: 'question';
      readonly message: Message;
      readonly upTo: number;
      readonly shows: string;
      readonly final: boolean;
    }
  /** Something came of a question: its message says so. `final`: it is never edited again. */
  | {
      readonly do: 'amend';
      readonly message: Message;
      readonly at: Place;
      readonly seq: number;
      readonly shows: string;
      readonly final: boolean;
    }
  | { readonly do: 'kubeconfig'; readonly upTo: number }
  /** What ran when, up to where the run ended. */
  | { readonly do: 'picture'; readonly upTo: number; readonly tries: number }
  /** Something was begun and nobody knows whether it happened. `picture`: as for a reply. */
  | { readonly do: 'recover'; readonly doing: Doing; readonly picture: boolean }
  /** Another courier is at it. */
  | { readonly do: 'wait'; readonly until: Date };

export const callOf = {
  summary: 'post',
  update: 'update',
  reply: 'post',
  question: 'post',
  amend: 'update',
  kubeconfig: 'upload',
  picture: 'upload',
  recover: 'find',
} as const satisfies Record<Exclude<Job['do'], 'wait'>, Call>;

/** A picture that was begun so often and never got there is left. */
const mostTries = 5;

/** What could be done now, in any order; nothing when all is told. Pure. */
export function jobsOf(state: ThreadState, me: string, now: Date): Job[] {
  const { thread, events } = state;
  const { doing, settled, picture } = intents.read(thread.intent);
  if (doing && !(state.undone && doing.by === me)) {
    if (doing.by !== me && new Date(doing.until) > now) return [{ do: 'wait', until: new Date(doing.until) }];
    // A kubeconfig can't be looked for: rather twice than never.
    if (doing.what !== 'kubeconfig') return [{ do: 'recover', doing, picture: hasPicture(events, doing.upTo) }];
  }
  const messages = messagesOf(state, settled);
  // Pictures come when nothing is left to say, so that no message ever waits for one.
  const isDue = thread.ts !== undefined && picture !== undefined && picture.tries < mostTries;
  return messages.length === 0 && isDue ? [{ do: 'picture', ...picture }] : messages;
}

function messagesOf(state: ThreadState, settled: Intent['settled']): Job[] {
  const { thread, view, events, shown } = state;
  const shows = summary(view, {
    moved: movedWords(state),
    waits: openQuestion(events) !== undefined,
    thread: state.link,
  });
  if (thread.ts === undefined) return thread.cursor < view.lastSeq ? [{ do: 'summary', message: shows }] : [];
  const item = nextItem(view, events, thread.cursor);
  const edits = amendments(state);
  const replies = replyOf(item, state);
  if (shown < view.lastSeq) return [...edits, { do: 'update', message: shows, shows: view.lastSeq }, ...replies];
  const told = [...edits, ...replies];
  if (told.length > 0 || !item || !('end' in item)) return told;
  const settledNow = settled?.upTo === item.upTo ? settled : undefined;
  if (givesKubeconfig(item.end, view) && !settledNow) return [{ do: 'kubeconfig', upTo: item.upTo }];
  const { upTo } = item;
  return [{ do: 'reply', message: ended(item.end, settledNow), upTo, picture: hasPicture(events, upTo) }];
}

/** An end before which something was done. */
function hasPicture(events: readonly StoredEvent[], upTo: number): boolean {
  return events[upTo - 1]?.event.type === 'run.finished' && events.some(({ event }) => event.type === 'step.started');
}

/** The end waits until the summary and the questions show it. */
function replyOf(item: Item | undefined, state: ThreadState): Job[] {
  if (!item || 'end' in item) return [];
  if ('reply' in item) return [{ do: 'reply', message: item.reply, upTo: item.upTo, picture: false }];
  const shown = 'pauses' in item ? pauseShown(item.pauses, state) : shownOf(item.asks, state);
  return [{ do: 'question', upTo: item.upTo, ...shown }];
}

/** Questions whose message does not show yet what came of them. */
function amendments(state: ThreadState): Job[] {
  return (state.thread.questions ?? []).flatMap(({ seq, channel, ts, shows: before }): Job[] => {
    const asked = questionAt(state.events, seq);
    const pause = pauseAt(state.events, seq);
    const now = asked ? shownOf(asked, state) : pause && pauseShown(pause, state);
    if (!now) return [];
    return now.shows === before ? [] : [{ do: 'amend', at: { channel, ts }, seq, ...now }];
  });
}

function shownOf(asked: Question, { events, view, policy }: ThreadState) {
  const fate = fateOf(events, asked);
  const ids = { yes: approvals.yes.id, no: approvals.no.id };
  return { message: question(view, asked, fate, policy, ids), shows: fate.is, final: isFinal(fate) };
}

function pauseShown(pause: Pause, { events, view }: ThreadState) {
  const fate = fateOfPause(events, pause);
  return { message: chapterDone(view, pause, fate, pauseIds), shows: fate.is, final: fate.is !== 'open' };
}

/** A create that made it, and was not resumed or undone since. */
function givesKubeconfig(end: RunView, now: RunView): boolean {
  return end.operation === 'create' && end.over === 'succeeded' && now.over === 'succeeded';
}

function movedWords({ thread, view, moved }: ThreadState): string | undefined {
  if (thread.channel === view.channel) return undefined;
  return moved === undefined ? 'I could not post there' : placeWords(moved);
}
