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
import { StoreUnavailable } from '../store-errors.ts';

/** What was asked of Firestore so far, in the units that Google bills. `conflicts`: commits that somebody else was before. */
export interface FirestoreUsage {
  reads: number;
  writes: number;
  conflicts: number;
}

/**
 * gRPC codes after which a commit must be looked for: refused by a precondition (5, 6, 9), by another writer at the same
 * moment (10), or of unknown outcome (2, 4, 13, 14). https://grpc.io/docs/guides/status-codes
 */
const UNCERTAIN_COMMIT_CODES = new Set([2, 4, 5, 6, 9, 10, 13, 14]);
/** gRPC codes that pass by themselves: no answer (2, 4, 13, 14), too much at once (8, 10). */
const TRANSIENT_CODES = new Set([2, 4, 8, 10, 13, 14]);

/** The client, counting. It repeats what had no answer for ten minutes; who calls hears of it after `answerMs`. */
export class FirestoreDocuments {
  readonly usage: FirestoreUsage = { reads: 0, writes: 0, conflicts: 0 };
  readonly #client: Firestore;
  readonly #prefix: string;
  readonly #requestTimeoutMs: number;
  readonly #pendingCalls = new Set<Promise<unknown>>();

  constructor(client: Firestore, prefix: string, requestTimeoutMs: number) {
    this.#client = client;
    this.#prefix = prefix;
    this.#requestTimeoutMs = requestTimeoutMs;
  }

  collection(name: string): CollectionReference {
    return this.#client.collection(`${this.#prefix}-${name}`);
  }

  /** @throws StoreUnavailable */
  async get(document: DocumentReference): Promise<DocumentSnapshot> {
    this.usage.reads += 1;
    return await this.#withTimeout(document.get());
  }

  /** @throws StoreUnavailable */
  async query(query: Query): Promise<QueryDocumentSnapshot[]> {
    const { docs } = await this.#withTimeout(query.get());
    // Google bills a query that finds nothing as one read.
    this.usage.reads += Math.max(1, docs.length);
    return docs;
  }

  /**
   * All or none. Answers when each write was made; undefined when it was refused or nobody knows.
   * @throws StoreUnavailable when nothing was written and it passes by itself
   */
  async commit(fill: (batch: WriteBatch) => void): Promise<Timestamp[] | undefined> {
    const batch = this.#client.batch();
    fill(batch);
    try {
      const results = await this.#withTimeout(batch.commit());
      this.usage.writes += results.length;
      return results.map((result) => result.writeTime);
    } catch (error) {
      if (!UNCERTAIN_COMMIT_CODES.has(getErrorCode(error instanceof StoreUnavailable ? error.cause : error)))
        throw error;
      this.usage.conflicts += 1;
      return undefined;
    }
  }

  /** An answer that comes too late goes nowhere: of a commit nobody knows then. */
  async #withTimeout<T>(call: Promise<T>): Promise<T> {
    const timeout = Promise.withResolvers<never>();
    const timeoutError = Object.assign(new Error(`no answer within ${this.#requestTimeoutMs} ms`), { code: 4 });
    const timer = setTimeout(() => timeout.reject(timeoutError), this.#requestTimeoutMs);
    this.#pendingCalls.add(call);
    const untrack = () => this.#pendingCalls.delete(call);
    call.then(untrack, untrack);
    try {
      return await Promise.race([call, timeout.promise]);
    } catch (cause) {
      if (!TRANSIENT_CODES.has(getErrorCode(cause))) throw cause;
      throw new StoreUnavailable(`Firestore: ${(cause as Error).message}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Answers after `answerMs` at the latest: what is still repeated then ends the client when it is over. */
  async close(): Promise<void> {
    const waitAbort = new AbortController();
    const timeLimit = sleep(this.#requestTimeoutMs, undefined, { signal: waitAbort.signal }).catch(() => undefined);
    // The client rejects where nobody can hear it when it is ended under a call that it still repeats.
    const terminated = Promise.allSettled(this.#pendingCalls).then(() => this.#client.terminate());
    await Promise.race([terminated, timeLimit]);
    waitAbort.abort();
  }
}

function getErrorCode(error: unknown): number {
  return error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
}

/**
 * An id as the name of a document. Firestore does not take `.`, `..` and `__any__`; the id itself is kept in a field, so
 * nobody decodes this. No two ids have the same name. https://firebase.google.com/docs/firestore/quotas
 */
export function toDocumentName(id: string): string {
  const first = id.charAt(0);
  if (!/^(?:%|\.\.?$|__.*__$)/s.test(id)) return id;
  return `%${first.charCodeAt(0).toString(16)}${id.slice(1)}`;
}
