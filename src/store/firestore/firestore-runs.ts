import { randomUUID } from 'node:crypto';
import type { CollectionReference, DocumentReference, Timestamp } from '@google-cloud/firestore';
import { assertLeaseHeld, claimLease, toLease } from '../claim-lease.ts';
import { assertNoGaps, decodeEvent, encodeEvents } from '../encode-events.ts';
import { validateId } from '../encode-record.ts';
import { KeyedMutex, retryOnContention } from '../retry-on-contention.ts';
import type { Lease, Store } from '../store.ts';
import { INITIAL_POSITION, StreamPosition } from '../stream-position.ts';
import { validate } from '../validate.ts';
import { type FirestoreDocuments, toDocumentName } from './firestore-documents.ts';

/** Cached positions save a runner one read per append. */
const MAX_CACHED_POSITIONS = 500;

interface CachedPosition {
  readonly position: StreamPosition;
  /** Update time of the position document; undefined if it does not exist. */
  readonly updateTime: Timestamp | undefined;
}

/**
 * Stores a run's stream position in one document, updated by compare-and-set, and its events as documents below it, written
 * in the same commit. Needs no transaction, and so no lock and no second round trip.
 */
export function createFirestoreRuns(
  documents: FirestoreDocuments,
  now: () => Date,
  deadlineMs: number,
): Pick<Store, 'acquireLease' | 'renewLease' | 'releaseLease' | 'append' | 'readEvents'> {
  const cache = new Map<string, CachedPosition>();
  /** Serializes writers of this process, which is cheaper than conflicts in Firestore. */
  const mutex = new KeyedMutex();

  function runExclusive<T>(
    run: string,
    doing: string,
    attempt: () => Promise<{ readonly done: T } | undefined>,
  ): Promise<T> {
    return mutex.run(run, () => retryOnContention(doing, deadlineMs, attempt));
  }

  async function readPosition(run: string): Promise<CachedPosition> {
    const snapshot = await documents.get(getDocument(run));
    if (!snapshot.exists) return { position: INITIAL_POSITION, updateTime: undefined };
    const position = validate(StreamPosition, `reading: position of run ${JSON.stringify(run)}`, snapshot.data());
    return cachePosition(run, { position, updateTime: snapshot.updateTime });
  }

  /** Returns the position if the lease is held. Verifies a negative cached result with a read. */
  async function readPositionForLease(lease: Lease): Promise<CachedPosition> {
    const cached = cache.get(lease.run);
    if (cached?.position.token === lease.token && cached.position.owner === lease.owner) return cached;
    const current = await readPosition(lease.run);
    assertLeaseHeld(current.position, lease);
    return current;
  }

  /** Returns false after a concurrent write or an unknown outcome. */
  async function writePosition(
    run: string,
    current: CachedPosition,
    position: StreamPosition,
    newEvents?: { texts: string[]; nonce: string },
  ): Promise<boolean> {
    const document = getDocument(run);
    const times = await documents.commit((batch) => {
      if (current.updateTime === undefined) batch.create(document, { ...position });
      else batch.update(document, { ...position }, { lastUpdateTime: current.updateTime });
      const at = now().toISOString();
      newEvents?.texts.forEach((event, index) => {
        const eventDocument = getEventCollection(run).doc(toEventName(current.position.seq + index + 1));
        batch.create(eventDocument, { at, event, nonce: newEvents.nonce });
      });
    });
    cache.delete(run);
    if (times?.[0] === undefined) return false;
    cachePosition(run, { position, updateTime: times[0] });
    return true;
  }

  async function isOwnWrite(run: string, seq: number, current: CachedPosition, nonce: string): Promise<boolean> {
    if (current.position.seq < seq) return false;
    const snapshot = await documents.get(getEventCollection(run).doc(toEventName(seq)));
    return snapshot.get('nonce') === nonce;
  }

  function cachePosition(run: string, position: CachedPosition): CachedPosition {
    const oldest = cache.size < MAX_CACHED_POSITIONS ? undefined : cache.keys().next().value;
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(run, position);
    return position;
  }

  function getDocument(run: string): DocumentReference {
    return documents.collection('streamPosition').doc(toDocumentName(validateId('run', run)));
  }

  function getEventCollection(run: string): CollectionReference {
    return getDocument(run).collection('events');
  }

  return {
    async acquireLease(run, owner, ttlMs) {
      return runExclusive(run, `acquiring the lease of run ${JSON.stringify(run)}`, async () => {
        const current = await readPosition(run);
        const position = claimLease(current.position, owner, now().getTime(), ttlMs);
        if (position === undefined) return { done: undefined };
        return (await writePosition(run, current, position)) ? { done: toLease(run, position) } : undefined;
      });
    },
    async renewLease(lease, ttlMs) {
      return runExclusive(lease.run, `renewing the lease of run ${JSON.stringify(lease.run)}`, async () => {
        const current = await readPositionForLease(lease);
        const position = { ...current.position, expiresAtMs: now().getTime() + ttlMs };
        return (await writePosition(lease.run, current, position)) ? { done: toLease(lease.run, position) } : undefined;
      });
    },
    async releaseLease(lease) {
      return runExclusive(lease.run, `releasing the lease of run ${JSON.stringify(lease.run)}`, async () => {
        const current = await readPosition(lease.run);
        if (current.position.token !== lease.token || current.position.owner === '') return { done: undefined };
        const position = { ...current.position, owner: '', expiresAtMs: 0 };
        return (await writePosition(lease.run, current, position)) ? { done: undefined } : undefined;
      });
    },
    async append(run, newEvents, lease) {
      const texts = encodeEvents(run, newEvents);
      const nonce = randomUUID();
      let firstTriedSeq: number | undefined;
      return runExclusive(run, `appending to run ${JSON.stringify(run)}`, async () => {
        const current =
          lease === undefined ? (cache.get(run) ?? (await readPosition(run))) : await readPositionForLease(lease);
        const last = current.position.seq + texts.length;
        // The response to a successful commit can get lost. Writing again would duplicate the events.
        if (firstTriedSeq !== undefined && (await isOwnWrite(run, firstTriedSeq, current, nonce))) {
          return { done: firstTriedSeq + texts.length - 1 };
        }
        if (texts.length === 0) return { done: last };
        firstTriedSeq = current.position.seq + 1;
        const isWritten = await writePosition(run, current, { ...current.position, seq: last }, { texts, nonce });
        return isWritten ? { done: last } : undefined;
      });
    },
    async readEvents(run, after = 0) {
      const query = getEventCollection(run).orderBy('__name__').where('__name__', '>', toEventName(after));
      const found = await retryOnContention(`reading: events of run ${JSON.stringify(run)}`, deadlineMs, async () => ({
        done: await documents.query(query),
      }));
      const storedEvents = found.map((snapshot) => {
        const seq = Number(snapshot.id);
        return decodeEvent(run, seq, snapshot.get('at'), snapshot.get('event'));
      });
      return assertNoGaps(run, after, storedEvents);
    },
  };
}

/** Pads with zeros, so that names sort numerically. */
function toEventName(seq: number): string {
  return String(seq).padStart(12, '0');
}
