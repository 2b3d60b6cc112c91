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

/** The client, counting. */
export class Documents {
  readonly usage: Usage = { reads: 0, writes: 0, conflicts: 0 };
  readonly #client: Firestore;
  readonly #prefix: string;

  constructor(client: Firestore, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  collection(name: string): CollectionReference {
    return this.#client.collection(`${this.#prefix}-${name}`);
  }

  async get(document: DocumentReference): Promise<DocumentSnapshot> {
    this.usage.reads += 1;
    return document.get();
  }

  async query(query: Query): Promise<QueryDocumentSnapshot[]> {
    const { docs } = await query.get();
    // Google bills a query that finds nothing as one read.
    this.usage.reads += Math.max(1, docs.length);
    return docs;
  }

  /** All or none. Answers when each write was made; undefined when it was refused or nobody knows. */
  async commit(fill: (batch: WriteBatch) => void): Promise<Timestamp[] | undefined> {
    const batch = this.#client.batch();
    fill(batch);
    try {
      const results = await batch.commit();
      this.usage.writes += results.length;
      return results.map((result) => result.writeTime);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && LOOK_AGAIN.has(Number(error.code)))) throw error;
      this.usage.conflicts += 1;
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.#client.terminate();
  }
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
