import { randomUUID } from 'node:crypto';
import type { CollectionReference, DocumentReference, Timestamp } from '@google-cloud/firestore';
import { decodeEvent, encodeEvents, withoutGaps } from '../event-codec.ts';
import type { EngineEvent, StoredEvent } from '../events.ts';
import { Turns } from '../keyed-mutex.ts';
import { assertHeld, leaseOf, take } from '../lease-rules.ts';
import { checkId } from '../record-codec.ts';
import { settle } from '../retry-on-contention.ts';
import type { Lease } from '../store.ts';
import { Head, NO_HEAD } from '../stream-position.ts';
import { fit } from '../validate.ts';
import { type Documents, documentName } from './firestore-documents.ts';

/** Heads kept in memory, so that a runner's next append needs no read. */
const MOST_KNOWN = 500;

interface Known {
  readonly head: Head;
  /** Of the head's document; undefined: there is none yet. */
  readonly at: Timestamp | undefined;
}

/**
 * A run's head as one small document that every lease and append compares and sets; its events as documents below it,
 * written in the head's own commit. No transaction: no lock, no second round trip.
 */
export class FirestoreRuns {
  readonly #documents: Documents;
  readonly #now: () => Date;
  readonly #deadlineMs: number;
  readonly #known = new Map<string, Known>();
  /** Writers of one process wait for each other here, which is cheaper than to collide in Firestore. */
  readonly #turns = new Turns();

  constructor(documents: Documents, now: () => Date, deadlineMs: number) {
    this.#documents = documents;
    this.#now = now;
    this.#deadlineMs = deadlineMs;
  }

  takeLease(run: string, holder: string, ttlMs: number): Promise<Lease | undefined> {
    return this.#change(run, `taking run ${JSON.stringify(run)}`, async () => {
      const known = await this.#look(run);
      const head = take(known.head, holder, this.#now().getTime(), ttlMs);
      if (head === undefined) return { done: undefined };
      return (await this.#keep(run, known, head)) ? { done: leaseOf(run, head) } : undefined;
    });
  }

  renewLease(lease: Lease, ttlMs: number): Promise<Lease> {
    return this.#change(lease.run, `renewing the lease of run ${JSON.stringify(lease.run)}`, async () => {
      const known = await this.#held(lease);
      const head = { ...known.head, untilMs: this.#now().getTime() + ttlMs };
      return (await this.#keep(lease.run, known, head)) ? { done: leaseOf(lease.run, head) } : undefined;
    });
  }

  releaseLease(lease: Lease): Promise<void> {
    return this.#change(lease.run, `giving back run ${JSON.stringify(lease.run)}`, async () => {
      const known = await this.#look(lease.run);
      if (known.head.token !== lease.token || known.head.holder === '') return { done: undefined };
      const head = { ...known.head, holder: '', untilMs: 0 };
      return (await this.#keep(lease.run, known, head)) ? { done: undefined } : undefined;
    });
  }

  append(run: string, events: readonly EngineEvent[], lease?: Lease): Promise<number> {
    const texts = encodeEvents(run, events);
    const nonce = randomUUID();
    let triedFrom: number | undefined;
    return this.#change(run, `appending to run ${JSON.stringify(run)}`, async () => {
      const known = lease === undefined ? (this.#known.get(run) ?? (await this.#look(run))) : await this.#held(lease);
      const last = known.head.seq + texts.length;
      // An answer can get lost after the commit was made. Written twice would be said twice.
      if (triedFrom !== undefined && (await this.#isMine(run, triedFrom, known, nonce))) {
        return { done: triedFrom + texts.length - 1 };
      }
      if (texts.length === 0) return { done: last };
      triedFrom = known.head.seq + 1;
      const kept = await this.#keep(run, known, { ...known.head, seq: last }, { texts, nonce });
      return kept ? { done: last } : undefined;
    });
  }

  async events(run: string, after: number): Promise<StoredEvent[]> {
    const query = this.#events(run).orderBy('__name__').where('__name__', '>', eventName(after));
    const found = await settle(`reading: events of run ${JSON.stringify(run)}`, this.#deadlineMs, async () => ({
      done: await this.#documents.query(query),
    }));
    const events = found.map((snapshot) => {
      const seq = Number(snapshot.id);
      return decodeEvent(run, seq, snapshot.get('at'), snapshot.get('event'));
    });
    return withoutGaps(run, after, events);
  }

  #change<T>(run: string, doing: string, attempt: () => Promise<{ readonly done: T } | undefined>): Promise<T> {
    return this.#turns.run(run, () => settle(doing, this.#deadlineMs, attempt));
  }

  async #look(run: string): Promise<Known> {
    const snapshot = await this.#documents.get(this.#document(run));
    if (!snapshot.exists) return { head: NO_HEAD, at: undefined };
    const head = fit(Head, `reading: head of run ${JSON.stringify(run)}`, snapshot.data());
    return this.#remember(run, { head, at: snapshot.updateTime });
  }

  /** The head under which the lease is good. What memory says against the lease counts only after another look. */
  async #held(lease: Lease): Promise<Known> {
    const remembered = this.#known.get(lease.run);
    if (remembered?.head.token === lease.token && remembered.head.holder === lease.holder) return remembered;
    const known = await this.#look(lease.run);
    assertHeld(known.head, lease);
    return known;
  }

  /** False when somebody wrote in between, or nobody knows. */
  async #keep(run: string, known: Known, head: Head, events?: { texts: string[]; nonce: string }): Promise<boolean> {
    const document = this.#document(run);
    const times = await this.#documents.commit((batch) => {
      if (known.at === undefined) batch.create(document, { ...head });
      else batch.update(document, { ...head }, { lastUpdateTime: known.at });
      const at = this.#now().toISOString();
      events?.texts.forEach((event, index) => {
        const place = this.#events(run).doc(eventName(known.head.seq + index + 1));
        batch.create(place, { at, event, nonce: events.nonce });
      });
    });
    this.#known.delete(run);
    if (times?.[0] === undefined) return false;
    this.#remember(run, { head, at: times[0] });
    return true;
  }

  async #isMine(run: string, seq: number, known: Known, nonce: string): Promise<boolean> {
    if (known.head.seq < seq) return false;
    const snapshot = await this.#documents.get(this.#events(run).doc(eventName(seq)));
    return snapshot.get('nonce') === nonce;
  }

  #remember(run: string, known: Known): Known {
    const oldest = this.#known.size < MOST_KNOWN ? undefined : this.#known.keys().next().value;
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(run, known);
    return known;
  }

  #document(run: string): DocumentReference {
    return this.#documents.collection('head').doc(documentName(checkId('run', run)));
  }

  #events(run: string): CollectionReference {
    return this.#document(run).collection('events');
  }
}

/** Sorts as the numbers do. */
function eventName(seq: number): string {
  return String(seq).padStart(12, '0');
}
