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
import { StoreUnavailable } from '../store.ts';

/** Firestore usage in billing units. `conflicts`: commits rejected or of unknown outcome. */
export interface FirestoreUsage {
  reads: number;
  writes: number;
  conflicts: number;
}

/**
 * gRPC codes after which a commit must be verified: failed precondition (5, 6, 9), concurrent writer (10) or unknown outcome
 * (2, 4, 13, 14). https://grpc.io/docs/guides/status-codes
 */
const UNCERTAIN_COMMIT_CODES = new Set([2, 4, 5, 6, 9, 10, 13, 14]);
/** Transient gRPC codes: no response (2, 4, 13, 14) or overload (8, 10). */
const TRANSIENT_CODES = new Set([2, 4, 8, 10, 13, 14]);

export type FirestoreDocuments = ReturnType<typeof createFirestoreDocuments>;

/** Firestore client with usage counts and timeouts. Google's client retries for ten minutes; calls here time out earlier. */
export function createFirestoreDocuments(client: Firestore, prefix: string, requestTimeoutMs: number) {
  const usage: FirestoreUsage = { reads: 0, writes: 0, conflicts: 0 };
  const pendingCalls = new Set<Promise<unknown>>();

  /** Ignores late responses: the outcome of a commit is unknown then. */
  async function withTimeout<T>(call: Promise<T>): Promise<T> {
    const timeout = Promise.withResolvers<never>();
    const timeoutError = Object.assign(new Error(`no response within ${requestTimeoutMs} ms`), { code: 4 });
    const timer = setTimeout(() => timeout.reject(timeoutError), requestTimeoutMs);
    pendingCalls.add(call);
    const untrack = () => pendingCalls.delete(call);
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

  return {
    usage,
    collection(name: string): CollectionReference {
      return client.collection(`${prefix}-${name}`);
    },
    /** @throws StoreUnavailable */
    async get(document: DocumentReference): Promise<DocumentSnapshot> {
      usage.reads += 1;
      return await withTimeout(document.get());
    },
    /** @throws StoreUnavailable */
    async query(query: Query): Promise<QueryDocumentSnapshot[]> {
      const { docs } = await withTimeout(query.get());
      // Google bills an empty query as one read.
      usage.reads += Math.max(1, docs.length);
      return docs;
    },
    /**
     * Commits atomically. Returns the write times, or undefined if the commit was rejected or its outcome is unknown.
     * @throws StoreUnavailable if nothing was written because of a transient error
     */
    async commit(fill: (batch: WriteBatch) => void): Promise<Timestamp[] | undefined> {
      const batch = client.batch();
      fill(batch);
      try {
        const results = await withTimeout(batch.commit());
        usage.writes += results.length;
        return results.map((result) => result.writeTime);
      } catch (error) {
        if (!UNCERTAIN_COMMIT_CODES.has(getErrorCode(error instanceof StoreUnavailable ? error.cause : error)))
          throw error;
        usage.conflicts += 1;
        return undefined;
      }
    },
    /** Resolves within the request timeout. Calls that are still being retried terminate the client when they end. */
    async close(): Promise<void> {
      const waitAbort = new AbortController();
      const timeLimit = sleep(requestTimeoutMs, undefined, { signal: waitAbort.signal }).catch(() => undefined);
      // Terminating the client during a retried call causes an unhandled rejection.
      const terminated = Promise.allSettled(pendingCalls).then(() => client.terminate());
      await Promise.race([terminated, timeLimit]);
      waitAbort.abort();
    },
  };
}

function getErrorCode(error: unknown): number {
  return error instanceof Error && 'code' in error ? Number(error.code) : Number.NaN;
}

/**
 * Encodes an id as a unique document name. Firestore rejects `.`, `..` and `__any__`. Never decoded: the document stores the
 * id in a field. https://firebase.google.com/docs/firestore/quotas
 */
export function toDocumentName(id: string): string {
  const first = id.charAt(0);
  if (!/^(?:%|\.\.?$|__.*__$)/s.test(id)) return id;
  return `%${first.charCodeAt(0).toString(16)}${id.slice(1)}`;
}
