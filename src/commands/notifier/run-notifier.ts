import type { RunView } from '../../engine/service/cluster-service-types.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { RecordOf } from '../../store/records.ts';
import type { Versioned } from '../../store/store.ts';
import { StaleVersion } from '../../store/store-errors.ts';
import type { Policy } from '../authorization/policy.ts';
import { ChatError } from '../slack/chat.ts';
import { intents } from './delivery-claim.ts';
import { type Delivery, deliver, keep, type Memory, withQuestion } from './execute-delivery.ts';
import { placeWords } from './format-channel-error.ts';
import { callOf, type Job, jobsOf } from './next-deliveries.ts';
import { type Call, type Gates, gaps } from './rate-limiter.ts';

export interface TellerOptions extends Delivery {
  readonly gates: Gates;
  /** Who may answer questions: their messages say so. */
  readonly policy: Policy;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

interface Seen {
  readonly found: Versioned<RecordOf<'thread'>>;
  readonly view: RunView;
}
type Doable = Exclude<Job, { do: 'wait' }>;

const backOff = { firstMs: 1_000, maxMs: 60_000, accountMs: 30_000, accountMaxMs: 300_000 } as const;
/** A kubeconfig that can't be sent must not keep the end of the run from being told. */
const kubeconfigTries = 8;

/** Tells one run in Slack: what its record says is next, until all is told. Nothing that fails here reaches the run. */
export class Teller {
  readonly #run: string;
  readonly #o: TellerOptions;
  readonly #memory: Memory = { posted: new Map() };
  readonly #troubles = new Map<Call | 'store', { failures: number; until: number }>();
  #events: readonly StoredEvent[] = [];
  #view: RunView | undefined;
  #shown = -1;
  #undone = false;
  #plain = false;
  #moved: string | undefined;
  #poked = true;
  /** Slack's page of the thread, by the place of the summary it was asked for. */
  readonly #links = new Map<string, string | undefined>();

  constructor(run: string, options: TellerOptions) {
    this.#run = run;
    this.#o = options;
  }

  /** There are new events. */
  poke(): void {
    this.#poked = true;
  }

  get poked(): boolean {
    return this.#poked;
  }

  /** The run has come to an end, or is not there at all. */
  get isOver(): boolean {
    return this.#view?.over !== undefined || this.#events.length === 0;
  }

  /** Returns when all is told that is known, or `signal` says stop. */
  async tell(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#poked = false;
      try {
        const waitUntil = await this.#once();
        if (waitUntil === undefined) return;
        await this.#pause(waitUntil, signal);
      } catch (error) {
        // The record went on without us: look again. Anything else is the store's trouble, and passes.
        if (error instanceof StaleVersion) this.#view = undefined;
        else this.#o.log({ run: this.#run, error }, 'telling a run');
        await this.#pause(this.#trouble('store', backOff.firstMs, backOff.maxMs), signal);
      }
    }
  }

  /** Does what is due first. Answers until when to wait; nothing when there is nothing to do. */
  async #once(): Promise<number | undefined> {
    const seen = await this.#look();
    if (!seen) return undefined;
    const { found, view } = seen;
    const now = this.#o.clock.now();
    const state = {
      thread: found.value,
      view,
      events: this.#events,
      shown: this.#shown,
      undone: this.#undone,
      moved: this.#moved,
      policy: this.#o.policy,
      link: this.#linkOf(found.value),
    };
    const jobs = jobsOf(state, this.#o.me, now);
    const [first] = jobs
      .map((job) => ({ job, at: this.#readyAt(job, found.value.channel) }))
      .sort((a, b) => a.at - b.at);
    if (!first) return undefined;
    if (first.at > +now || first.job.do === 'wait') return first.at;
    await this.#carryOut(first.job, found, view);
    return 0;
  }

  async #look(): Promise<Seen | undefined> {
    const { store, desk } = this.#o;
    this.#events = [...this.#events, ...(await store.events(this.#run, this.#events.length))];
    if (!this.#view || this.#view.lastSeq < this.#events.length) this.#view = await desk.runView(this.#run);
    const view = this.#view;
    if (!view) return undefined;
    if (view.lastSeq > this.#events.length) return await this.#look();
    const found = await store.read('thread', this.#run);
    if (found) return { found, view };
    const value = { channel: view.channel, cursor: 0 };
    return { found: { id: this.#run, value, version: await store.write('thread', this.#run, value, undefined) }, view };
  }

  async #carryOut(job: Doable, found: Versioned<RecordOf<'thread'>>, view: RunView): Promise<void> {
    const call = callOf[job.do];
    this.#o.gates.pass(call, channelOf(job, found.value.channel), +this.#o.clock.now());
    if (claims(job)) this.#undone = false;
    try {
      await deliver(this.#plain ? plain(job) : job, found, view, this.#events, this.#memory, this.#o);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      await this.#afterTrouble(error, job, view);
      return;
    }
    if (job.do === 'update') this.#shown = job.shows;
    if (job.do === 'summary') this.#shown = view.lastSeq;
    this.#plain = false;
    this.#troubles.delete(call);
    this.#troubles.delete('store');
  }

  /** What each trouble means for what comes next. The record is read anew: a claim may have been written. */
  async #afterTrouble(error: ChatError, job: Doable, view: RunView): Promise<void> {
    const call = callOf[job.do];
    const { trouble, reason, cause } = error;
    this.#o.log({ run: this.#run, job: job.do, trouble, reason, ...(cause ? { cause } : {}) }, 'Slack did not take it');
    // What is unsure is looked for before it is done again.
    if (claims(job)) this.#undone = error.trouble !== 'unsure';
    const found = await this.#o.store.read('thread', this.#run);
    if (!found) return;
    if (job.do === 'kubeconfig') return await this.#afterKubeconfig(error, job.upTo, found);
    if (job.do === 'picture' && error.trouble !== 'limited' && error.trouble !== 'unsure') {
      return await keep(found, found.value, { picture: undefined }, this.#o);
    }
    const lost = error.trouble === 'place' || error.trouble === 'message-gone';
    if (job.do === 'amend' && lost) return await this.#forget(job.seq, found);
    switch (error.trouble) {
      case 'limited':
        this.#o.gates.hold(
          call,
          channelOf(job, found.value.channel),
          +this.#o.clock.now() + (error.retryAfterMs ?? gaps[call]),
        );
        return;
      case 'unsure':
        this.#trouble(call, backOff.firstMs, backOff.maxMs);
        return;
      case 'account':
        this.#trouble(call, backOff.accountMs, backOff.accountMaxMs);
        return;
      case 'place':
        return await this.#move(error.reason, found, view);
      case 'message-gone':
        return await this.#write(found, { ts: undefined });
      case 'content':
        return await this.#afterRefusal(job, found, view);
      default:
        return error.trouble satisfies never;
    }
  }

  async #afterKubeconfig(error: ChatError, upTo: number, found: Versioned<RecordOf<'thread'>>): Promise<void> {
    if (error.trouble === 'limited') {
      this.#o.gates.hold('upload', found.value.channel, +this.#o.clock.now() + (error.retryAfterMs ?? gaps.upload));
      return;
    }
    this.#trouble('upload', backOff.firstMs, backOff.maxMs);
    const passes = error.trouble === 'unsure' && (this.#troubles.get('upload')?.failures ?? 0) < kubeconfigTries;
    if (!passes) await keep(found, found.value, { settled: { upTo, failed: placeWords(error.reason) } }, this.#o);
  }

  /** Slack won't have the message: once more without blocks, then on to the next. */
  async #afterRefusal(job: Doable, found: Versioned<RecordOf<'thread'>>, view: RunView): Promise<void> {
    if (!this.#plain) {
      this.#plain = true;
      return;
    }
    this.#plain = false;
    if (job.do === 'update') this.#shown = job.shows;
    else if (job.do === 'amend') await this.#forget(job.seq, found);
    else await this.#write(found, { cursor: 'upTo' in job ? job.upTo : view.lastSeq });
  }

  /** A question whose message can't be edited. A press of its buttons is answered all the same. */
  async #forget(seq: number, found: Versioned<RecordOf<'thread'>>): Promise<void> {
    await keep(found, withQuestion(found.value, seq, undefined), {}, this.#o);
  }

  /** To the asker's direct messages; when that is where we are, nobody can be told. */
  async #move(reason: string, found: Versioned<RecordOf<'thread'>>, view: RunView): Promise<void> {
    this.#moved = reason;
    try {
      const direct = await this.#o.chat.direct(view.by.user);
      if (direct !== found.value.channel) return await this.#write(found, { channel: direct, ts: undefined });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (error.trouble === 'limited' || error.trouble === 'unsure' || error.trouble === 'account') {
        this.#trouble('post', backOff.firstMs, backOff.maxMs);
        this.#trouble('update', backOff.firstMs, backOff.maxMs);
        return;
      }
    }
    this.#o.log({ run: this.#run, reason }, 'nobody can be told of this run');
    await this.#write(found, { ts: undefined, cursor: view.lastSeq });
  }

  async #write(
    { id, value, version }: Versioned<RecordOf<'thread'>>,
    change: { channel?: string; ts?: undefined; cursor?: number },
  ): Promise<void> {
    const { ts, intent, ...rest } = { ...value, ...change };
    const { doing: _, ...kept } = intents.read(intent);
    const next = { ...rest, ...(ts === undefined ? {} : { ts }), ...intents.write(kept) };
    await this.#o.store.write('thread', id, next, version);
  }

  /** Asked for once, beside everything else: without it the summary has no link. */
  #linkOf({ channel, ts }: RecordOf<'thread'>): string | undefined {
    if (ts === undefined) return undefined;
    const at = `${channel} ${ts}`;
    if (!this.#links.has(at)) {
      this.#links.set(at, undefined);
      this.#o.chat.permalink({ channel, ts }).then(
        (link) => this.#links.set(at, link),
        (error: unknown) => this.#o.log({ run: this.#run, error }, 'asking for the link to a thread'),
      );
    }
    return this.#links.get(at);
  }

  #readyAt(job: Job, channel: string): number {
    if (job.do === 'wait') return +job.until;
    const call = callOf[job.do];
    return Math.max(this.#o.gates.readyAt(call, channelOf(job, channel)), this.#troubles.get(call)?.until ?? 0);
  }

  /** One more failure: answers until when to leave it. */
  #trouble(of: Call | 'store', firstMs: number, maxMs: number): number {
    const failures = (this.#troubles.get(of)?.failures ?? 0) + 1;
    const until = +this.#o.clock.now() + Math.min(maxMs, firstMs * 2 ** (failures - 1));
    this.#troubles.set(of, { failures, until });
    return until;
  }

  /** Short sleeps, so that news is seen while one kind of call has to wait for long. */
  async #pause(until: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#o;
    while (!signal.aborted && +clock.now() < until) {
      await clock.sleep(Math.min(gaps.update, until - +clock.now()), signal).catch(() => undefined);
      if (this.#poked) return;
    }
  }
}

/** Writes down beforehand what it is about to do. */
function claims(job: Doable): boolean {
  return (
    job.do === 'summary' ||
    job.do === 'reply' ||
    job.do === 'question' ||
    job.do === 'kubeconfig' ||
    job.do === 'picture'
  );
}

/** A question stays where it was asked, wherever the thread has gone since. */
function channelOf(job: Doable, channel: string): string {
  return job.do === 'amend' ? job.at.channel : channel;
}

function plain(job: Doable): Doable {
  return 'message' in job ? { ...job, message: { ...job.message, blocks: [] } } : job;
}
