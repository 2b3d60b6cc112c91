import type { Store } from '../store.ts';
import { FirestoreDocuments, type FirestoreUsage } from './firestore-documents.ts';
import { FirestoreRecords } from './firestore-records.ts';
import { FirestoreRuns } from './firestore-runs.ts';

export interface FirestoreOptions {
  /** @default the project of the credentials; with an emulator `demo-kthw` */
  readonly projectId?: string;
  /** @default `(default)` */
  readonly databaseId?: string;
  /** Prefix of collection names. @default `kthw` */
  readonly prefix?: string;
  /** Clock for lease expiry and event timestamps. */
  readonly now?: () => Date;
  /** Deadline of a call, including retries after conflicts and timeouts. @default 20_000 */
  readonly deadlineMs?: number;
  /** Timeout of one request before it is retried. @default 8_000 */
  readonly requestTimeoutMs?: number;
}

export interface FirestoreStore extends Store {
  readonly usage: Readonly<FirestoreUsage>;
}

/**
 * Opens the Cloud Firestore store, which any number of App Engine instances share. Needs no custom index and no locks: every
 * write is one commit with a precondition. Uses the emulator at FIRESTORE_EMULATOR_HOST if set.
 */
export async function openFirestoreStore(options: FirestoreOptions = {}): Promise<FirestoreStore> {
  // Loading this client dominates the startup time, and SQLite setups never need it.
  const { Firestore, Timestamp } = await import('@google-cloud/firestore');
  const emulatorProjectId = process.env.FIRESTORE_EMULATOR_HOST ? 'demo-kthw' : undefined;
  const projectId = options.projectId ?? emulatorProjectId;
  const client = new Firestore({
    ...(projectId === undefined ? {} : { projectId }),
    ...(options.databaseId === undefined ? {} : { databaseId: options.databaseId }),
  });
  const documents = new FirestoreDocuments(client, options.prefix ?? 'kthw', options.requestTimeoutMs ?? 8_000);
  const deadlineMs = options.deadlineMs ?? 20_000;
  const records = new FirestoreRecords(documents, parseTimestamp, deadlineMs);
  const runs = new FirestoreRuns(documents, options.now ?? (() => new Date()), deadlineMs);
  return {
    usage: documents.usage,
    read: (kind, id) => records.read(kind, id),
    write: (kind, id, value, ifVersion) => records.write(kind, id, value, ifVersion),
    remove: (kind, id, ifVersion) => records.remove(kind, id, ifVersion),
    list: (kind, page) => records.list(kind, page),
    listOpenRuns: () => records.listOpenRuns(),
    acquireLease: async (run, owner, ttlMs) => runs.acquireLease(run, owner, ttlMs),
    renewLease: async (lease, ttlMs) => runs.renewLease(lease, ttlMs),
    releaseLease: async (lease) => runs.releaseLease(lease),
    append: async (run, events, lease) => runs.append(run, events, lease),
    readEvents: async (run, after = 0) => runs.readEvents(run, after),
    close: () => documents.close(),
  };

  function parseTimestamp(version: string) {
    const [, seconds, nanoseconds] = /^(\d+)\.(\d+)$/.exec(version) ?? [];
    return seconds === undefined ? undefined : new Timestamp(Number(seconds), Number(nanoseconds));
  }
}
