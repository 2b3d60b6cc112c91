import type { Store } from '../store.ts';
import { createFirestoreDocuments, type FirestoreUsage } from './firestore-documents.ts';
import { createFirestoreRecords } from './firestore-records.ts';
import { createFirestoreRuns } from './firestore-runs.ts';

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
  const documents = createFirestoreDocuments(client, options.prefix ?? 'kthw', options.requestTimeoutMs ?? 8_000);
  const deadlineMs = options.deadlineMs ?? 20_000;
  return {
    usage: documents.usage,
    ...createFirestoreRecords(documents, parseTimestamp, deadlineMs),
    ...createFirestoreRuns(documents, options.now ?? (() => new Date()), deadlineMs),
    close: () => documents.close(),
  };

  function parseTimestamp(version: string) {
    const [, seconds, nanoseconds] = /^(\d+)\.(\d+)$/.exec(version) ?? [];
    return seconds === undefined ? undefined : new Timestamp(Number(seconds), Number(nanoseconds));
  }
}
