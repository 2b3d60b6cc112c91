import type { Desk, Kubeconfig, RunView } from '../../engine/service/cluster-service-types.ts';
import type { Clock } from '../../engine/workflow/step.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { RecordOf } from '../../store/records.ts';
import type { Store, Version, Versioned } from '../../store/store.ts';
import { kubeconfigFile, kubeconfigNote } from '../messages/kubeconfig.ts';
import type { Message } from '../routing/command.ts';
import { type Chat, ChatError, type Picture, type Place } from '../slack/chat.ts';
import { type Doing, type Intent, intents } from './delivery-claim.ts';
import type { Job } from './next-deliveries.ts';

export interface Delivery {
  readonly store: Store;
  readonly desk: Desk;
  readonly chat: Chat;
  readonly clock: Clock;
  /** What ran when; nothing where it can't be drawn. */
  draw(view: RunView, events: readonly StoredEvent[]): Promise<Omit<Picture, 'name'> | undefined>;
  /** This courier, unique among all that ever ran. */
  readonly me: string;
}

/** What a courier knows of a run besides its record: lost in a crash, and only a help. */
export interface Memory {
  /** Posts that went out, by the event they tell, in case writing it down fails. */
  readonly posted: Map<number, Place>;
  kubeconfig?: Kubeconfig;
}

type Thread = Versioned<RecordOf<'thread'>>;
type Change = { readonly [K in keyof Omit<Intent, 'doing'>]: Intent[K] | undefined };
type Told = NonNullable<RecordOf<'thread'>['questions']>[number];

/** Longer than the calls of one delivery can take together. */
const claimMs = { summary: 20_000, reply: 20_000, question: 20_000, kubeconfig: 60_000, picture: 40_000 } as const;
/** Clocks of two machines differ, and Slack has its own. */
const skewMs = 60_000;

/** Carries one job out and writes down that it happened. @throws ChatError, StaleVersion */
export async function deliver(
  job: Exclude<Job, { do: 'wait' }>,
  found: Thread,
  view: RunView,
  events: readonly StoredEvent[],
  memory: Memory,
  d: Delivery,
): Promise<void> {
  const thread = found.value;
  switch (job.do) {
    case 'update':
      return await d.chat.update({ channel: thread.channel, ts: thread.ts ?? '' }, job.message, {
        run: view.run,
        seq: 0,
      });
    case 'summary': {
      const version = await claim(found, 'summary', 0, d);
      const place = await post(thread.channel, job.message, 0, undefined, view, memory, d);
      await keep({ ...found, version }, { ...thread, channel: place.channel, ts: place.ts }, {}, d);
      return;
    }
    case 'reply': {
      const version = await claim(found, 'reply', job.upTo, d);
      await post(thread.channel, job.message, job.upTo, thread.ts, view, memory, d);
      await keep({ ...found, version }, { ...thread, cursor: job.upTo }, afterReply(job.picture, job.upTo), d);
      return;
    }
    case 'question': {
      const version = await claim(found, 'question', job.upTo, d);
      const place = await post(thread.channel, job.message, job.upTo, thread.ts, view, memory, d);
      const asked = job.final ? undefined : { seq: job.upTo, ...place, shows: job.shows };
      const told = withQuestion(thread, job.upTo, asked);
      await keep({ ...found, version }, { ...told, cursor: job.upTo }, { settled: undefined }, d);
      return;
    }
    case 'amend': {
      await d.chat.update(job.at, job.message, { run: view.run, seq: job.seq });
      const next = job.final ? undefined : { seq: job.seq, ...job.at, shows: job.shows };
      await keep(found, withQuestion(thread, job.seq, next), {}, d);
      return;
    }
    case 'kubeconfig': {
      const version = await claim(found, 'kubeconfig', job.upTo, d);
      const failed = await sendKubeconfig(view, memory, d);
      delete memory.kubeconfig;
      const settled = { upTo: job.upTo, ...(failed === undefined ? {} : { failed }) };
      await keep({ ...found, version }, thread, { settled }, d);
      return;
    }
    case 'picture': {
      // Counted before it is drawn, whatever drawing does to this process; claimed after it, because that may take a while.
      const picture = { upTo: job.upTo, tries: job.tries + 1 };
      const begun = { ...found, version: await kept(found, thread, { picture }, d) };
      const drawn = await d.draw(asItEnded(view, events[job.upTo - 1]), events.slice(0, job.upTo));
      if (!drawn) return await keep(begun, thread, { picture: undefined }, d);
      const version = await claim(begun, 'picture', job.upTo, d, picture);
      await d.chat.share(thread.channel, { ...drawn, name: pictureFile(view, job.upTo) }, thread.ts);
      await keep({ ...found, version }, thread, { picture: undefined }, d);
      return;
    }
    case 'recover':
      return await recover(job.doing, job.picture, found, view, memory, d);
    default:
      return job satisfies never;
  }
}

/** The thread with another word on what the message of a question says; with none, it is never edited again. */
export function withQuestion(thread: RecordOf<'thread'>, seq: number, next: Told | undefined): RecordOf<'thread'> {
  const { questions = [], ...rest } = thread;
  const left = [...questions.filter((one) => one.seq !== seq), ...(next ? [next] : [])];
  return left.length > 0 ? { ...rest, questions: left } : rest;
}

/** Writes what becomes of a thread, without what was being done. What is settled and due stays unless it is given. */
export async function keep(
  found: Thread,
  next: RecordOf<'thread'>,
  change: Change,
  d: Pick<Delivery, 'store'>,
): Promise<void> {
  await kept(found, next, change, d);
}

/** The same, and answers the version that it is now. */
async function kept(
  found: Thread,
  next: RecordOf<'thread'>,
  change: Change,
  { store }: Pick<Delivery, 'store'>,
): Promise<Version> {
  const { intent, ...rest } = next;
  const { doing: _, ...stays } = intents.read(intent);
  return await store.write('thread', found.id, { ...rest, ...intents.write({ ...stays, ...change }) }, found.version);
}

/** Written before the call: after a crash it says what to look for. */
async function claim(
  found: Thread,
  what: Doing['what'],
  upTo: number,
  { store, clock, me }: Delivery,
  picture = intents.read(found.value.intent).picture,
): Promise<Version> {
  const now = clock.now();
  const doing = { what, upTo, by: me, since: now.toISOString(), until: new Date(+now + claimMs[what]).toISOString() };
  const intent = intents.write({ ...intents.read(found.value.intent), doing, picture });
  return await store.write('thread', found.id, { ...found.value, ...intent }, found.version);
}

/** The end of a run is told once, with what was settled for it; its picture comes after it. */
function afterReply(picture: boolean, upTo: number) {
  return { settled: undefined, ...(picture ? { picture: { upTo, tries: 0 } } : {}) };
}

async function post(
  channel: string,
  message: Message,
  seq: number,
  thread: string | undefined,
  view: RunView,
  memory: Memory,
  { chat }: Delivery,
): Promise<Place> {
  const options = { mark: { run: view.run, seq }, ...(thread === undefined ? {} : { thread }) };
  memory.posted.delete(seq);
  const place = await chat.post(channel, message, options);
  memory.posted.set(seq, place);
  return place;
}

/** Looks whether what was begun is there. Where nobody may look, it is posted again: rather twice than never. */
async function recover(
  doing: Doing,
  picture: boolean,
  found: Thread,
  view: RunView,
  memory: Memory,
  d: Delivery,
): Promise<void> {
  const thread = found.value;
  if (doing.what === 'picture') {
    const isThere = await passing(() => isShared(doing, thread, view, d));
    return await keep(found, thread, isThere === true ? { picture: undefined } : {}, d);
  }
  const place = memory.posted.get(doing.upTo) ?? (await passing(() => lookFor(doing, thread, view, d)));
  if (place === undefined || place === 'cannot') return await keep(found, thread, {}, d);
  if (doing.what === 'summary') return await keep(found, { ...thread, ts: place.ts }, {}, d);
  // What it says now is not known: nothing it could say is called so, which has it edited.
  const asked = { seq: doing.upTo, ...place, shows: 'unknown' };
  const told = doing.what === 'question' ? withQuestion(thread, doing.upTo, asked) : thread;
  const next = { ...told, cursor: Math.max(thread.cursor, doing.upTo) };
  await keep(found, next, doing.what === 'reply' ? afterReply(picture, doing.upTo) : {}, d);
}

function lookFor(
  doing: Doing,
  thread: RecordOf<'thread'>,
  view: RunView,
  { chat }: Delivery,
): Promise<Place | 'cannot' | undefined> {
  const since = sinceOf(doing);
  const options = doing.what === 'summary' || thread.ts === undefined ? { since } : { since, thread: thread.ts };
  return chat.find(thread.channel, { run: view.run, seq: doing.upTo }, options);
}

async function isShared(doing: Doing, { channel, ts }: RecordOf<'thread'>, view: RunView, { chat }: Delivery) {
  if (ts === undefined) return false;
  return await chat.isShared(channel, pictureFile(view, doing.upTo), { thread: ts, since: sinceOf(doing) });
}

function sinceOf(doing: Doing): Date {
  return new Date(+new Date(doing.since) - skewMs);
}

/** What can't be looked for at all is not there; what only can't be just now is looked for again. */
async function passing<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    const passes = error instanceof ChatError && (error.trouble === 'limited' || error.trouble === 'unsure');
    if (passes || !(error instanceof ChatError)) throw error;
    return undefined;
  }
}

/** The run as it was then: it may have been resumed since. */
function asItEnded(view: RunView, end: StoredEvent | undefined): RunView {
  return end?.event.type === 'run.finished' ? { ...view, over: end.event.as, finishedAt: end.at } : view;
}

/** The name by which a picture is found again: of one end of one run. */
function pictureFile({ cluster, operation, run }: RunView, upTo: number): string {
  return `${cluster}-${operation}-${run}-${upTo}.png`;
}

/** Answers why there is nothing to send, if so. A crash in between sends it twice: rather twice than never. */
async function sendKubeconfig(
  { cluster, by }: RunView,
  memory: Memory,
  { desk, chat }: Delivery,
): Promise<string | undefined> {
  const given = memory.kubeconfig ?? (await desk.kubeconfig(cluster, by).catch(notMade));
  if (!given) return 'the cluster is gone';
  if ('notReady' in given) throw new ChatError('unsure', 'kubeconfig_not_ready');
  memory.kubeconfig = given;
  const direct = await chat.direct(by.user);
  await chat.upload(direct, {
    name: kubeconfigFile(cluster),
    content: given.file,
    comment: kubeconfigNote(cluster, given),
  });
  return undefined;
}

/** Tried again like a call to Slack, and not for ever: the end of the run waits for it. */
function notMade(cause: unknown): never {
  throw new ChatError('unsure', 'kubeconfig_not_made', { cause });
}
