import { setTimeout as sleep } from 'node:timers/promises';
import type {
  CollectionReference,
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  Query,
  QueryDocumentSnapshot,
  Timestamp,
  WriteBatch,
} from '@google-cloud/firestore';
import { StoreAway } from '../store-errors.ts';

/** What was asked of Firestore so far, in the units that Google bills. `conflicts`: commits that somebody else was before. */
export interface Usage {
  reads: number;
  writes: number;
  conflicts: number;
}

/**
 * gRPC codes after which a commit must be looked for: refused by a precondition (5, 6, 9), by another writer at the same
 * moment (10), or of unknown outcome (2, 4, 13, 14). https://grpc.io/docs/guides/status-codes
 */
const LOOK_AGAIN = new Set([2, 4, 5, 6, 9, 10, 13, 14]);
/** gRPC codes that pass by themselves: no answer (2, 4, 13, 14), too much at once (8, 10). */
const AWAY = new Set([2, 4, 8, 10, 13, 14]);

/** The client, counting. It repeats what had no answer for ten minutes; who calls hears of it after `answerMs`. */
export class Documents {
  readonly usage: Usage = { reads: 0, writes: 0, conflicts: 0 };
  readonly #client: Firestore;
  readonly #prefix: string;
  readonly #answerMs: number;
  readonly #unanswered = new Set<Promise<unknown>>();

  constructor(client: Firestore, prefix: string, answerMs: number) {
    this.#client = client;
    this.#prefix = prefix;
    this.#answerMs = answerMs;
  }

  collection(name: string): CollectionReference {
    return this.#client.collection(`${this.#prefix}-${name}`);
  }

  /** @throws StoreAway */
  async get(document: DocumentReference): Promise<DocumentSnapshot> {
    this.usage.reads += 1;
    return await this.#answer(document.get());
  }

  /** @throws StoreAway */
  async query(query: Query): Promise<QueryDocumentSnapshot[]> {
    const { docs } = await this.#answer(query.get());
    // Google bills a query that finds nothing as one read.
    this.usage.reads += Math.max(1, docs.length);
    return docs;
  }

  /**
   * All or none. Answers when each write was made; undefined when it was refused or nobody knows.
   * @throws StoreAway when nothing was written and it passes by itself
   */
  async commit(fill: (batch: WriteBatch) => void): Promise<Timestamp[] | undefined> {
    const batch = this.#client.batch();
    fill(batch);
    try {
      const results = await this.#answer(batch.commit());
      this.usage.writes += results.length;
      return results.map((result) => result.writeTime);
    } catch (error) {
      if (!LOOK_AGAIN.has(codeOf(error instanceof StoreAway ? error.cause : error))) throw error;
      this.usage.conflicts += 1;
      return undefined;
    }
  }

  /** An answer that comes too late goes nowhere: of a commit nobody knows then. */
  async #answer<T>(call: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const noAnswer = Object.assign(new Error(`no answer within ${this.#answerMs} ms`), { code: 4 });
    const timer = setTimeout(() => late.reject(noAnswer), this.#answerMs);
    this.#unanswered.add(call);
    const leave = () => this.#unanswered.delete(call);
    call.then(leave, leave);
    try {
      return await Promise.race([call, late.promise]);
    } catch (cause) {
      if (!AWAY.has(codeOf(cause))) throw cause;
      throw new StoreAway(`Firestore: ${(cause as Error).message}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Answers after `answerMs` at the latest: what is still repeated then ends the client when it is over. */
  async close(): Promise<void> {
    const enough = new AbortController();
    const waiting = sleep(this.#answerMs, undefined, { signal: enough.signal }).catch(() => undefined);
    // The client rejects where nobody can hear it when it is ended under a call that it still repeats.
    const ended = Promise.allSettled(this.#unanswered).then(() => this.#client.terminate());
    await Promise.race([ended, waiting]);
    enough.abort();
  }
}

function codeOf(error: unknown): number {
  return error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
}

/**
 * An id as the name of a document. Firestore does not take `.`, `..` and `__any__`; the id itself is kept in a field, so
 * nobody decodes this. No two ids have the same name. https://firebase.google.com/docs/firestore/quotas
 */
export function documentName(id: string): string {
  const first = id.charAt(0);
  if (!/^(?:%|\.\.?$|__.*__$)/s.test(id)) return id;
  return `%${first.charCodeAt(0).toString(16)}${id.slice(1)}`;
}
