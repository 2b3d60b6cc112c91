import { randomUUID } from 'node:crypto';
import type { DocumentReference, DocumentSnapshot, Timestamp } from '@google-cloud/firestore';
import { compareCodePoints, getPrefixEnd } from '../compare-code-points.ts';
import { decodeRecord, encodeRecord, validateId } from '../encode-record.ts';
import { StaleVersion } from '../errors/stale-version.ts';
import type { RecordKind, RecordValue } from '../records.ts';
import { retryOnContention } from '../retry-on-contention.ts';
import type { ListOptions, Version, VersionedRecord } from '../store.ts';
import { type FirestoreDocuments, toDocumentName } from './firestore-documents.ts';

/** Parses a version as a timestamp; undefined if malformed. */
export type TimestampParser = (version: Version) => Timestamp | undefined;

/**
 * Stores records as documents `{id, value, nonce, open?}`. The value is JSON text, because Firestore supports no nested
 * arrays. The version is the document's update time. The nonce changes with every write and identifies the writer after a
 * lost response.
 */
export class FirestoreRecords {
  readonly #documents: FirestoreDocuments;
  readonly #parseTimestamp: TimestampParser;
  readonly #deadlineMs: number;

  constructor(documents: FirestoreDocuments, parseTimestamp: TimestampParser, deadlineMs: number) {
    this.#documents = documents;
    this.#parseTimestamp = parseTimestamp;
    this.#deadlineMs = deadlineMs;
  }

  async read<K extends RecordKind>(kind: K, id: string): Promise<VersionedRecord<RecordValue<K>> | undefined> {
    const document = this.#getDocument(kind, id);
    const snapshot = await this.#retryRead(`reading: ${kind} ${JSON.stringify(id)}`, () =>
      this.#documents.get(document),
    );
    return snapshot.exists ? toRecord(kind, id, snapshot) : undefined;
  }

  async write<K extends RecordKind>(
    kind: K,
    id: string,
    value: RecordValue<K>,
    ifVersion: Version | undefined,
  ): Promise<Version> {
    const document = this.#getDocument(kind, id);
    const nonce = randomUUID();
    const open = 'open' in value ? { open: value.open } : {};
    const fields = { id, value: encodeRecord(kind, id, value), nonce, ...open };
    const lastUpdateTime = ifVersion === undefined ? undefined : this.#parseTimestamp(ifVersion);
    if (ifVersion !== undefined && lastUpdateTime === undefined) throw createStaleVersionError(kind, id);
    return retryOnContention(`writing: ${kind} ${JSON.stringify(id)}`, this.#deadlineMs, async () => {
      const times = await this.#documents.commit((batch) =>
        lastUpdateTime === undefined
          ? batch.create(document, fields)
          : batch.update(document, fields, { lastUpdateTime }),
      );
      if (times?.[0] !== undefined) return { done: toVersion(times[0]) };
      const current = await this.#documents.get(document);
      if (current.updateTime !== undefined && current.get('nonce') === nonce)
        return { done: toVersion(current.updateTime) };
      if (getVersion(current) !== ifVersion) throw createStaleVersionError(kind, id);
      return undefined;
    });
  }

  async remove(kind: RecordKind, id: string, ifVersion?: Version): Promise<void> {
    const document = this.#getDocument(kind, id);
    const lastUpdateTime = ifVersion === undefined ? undefined : this.#parseTimestamp(ifVersion);
    await retryOnContention(`removing: ${kind} ${JSON.stringify(id)}`, this.#deadlineMs, async () => {
      if (ifVersion === undefined || lastUpdateTime !== undefined) {
        const precondition = lastUpdateTime === undefined ? {} : { lastUpdateTime };
        if (await this.#documents.commit((batch) => batch.delete(document, precondition))) return { done: undefined };
      }
      const currentVersion = getVersion(await this.#documents.get(document));
      if (currentVersion === undefined) return { done: undefined };
      if (ifVersion !== undefined && currentVersion !== ifVersion) throw createStaleVersionError(kind, id);
      return undefined;
    });
  }

  /** A range over one field needs no composite index. */
  async list<K extends RecordKind>(kind: K, page: ListOptions = {}): Promise<VersionedRecord<RecordValue<K>>[]> {
    const { prefix = '', after, limit } = page;
    if (limit === 0) return [];
    const end = getPrefixEnd(prefix);
    let query = this.#documents.collection(kind).orderBy('id');
    if (prefix !== '') query = query.where('id', '>=', prefix);
    if (prefix !== '' && end !== undefined) query = query.where('id', '<', end);
    if (after !== undefined) query = query.where('id', '>', after);
    if (limit !== undefined) query = query.limit(limit);
    const found = await this.#retryRead(`listing: ${kind}`, () => this.#documents.query(query));
    return found.map((snapshot) => toRecord(kind, String(snapshot.get('id')), snapshot));
  }

  async listOpenRuns(): Promise<string[]> {
    const open = this.#documents.collection('run').where('open', '==', true).select('id');
    const found = await this.#retryRead('listing: open runs', () => this.#documents.query(open));
    return found.map((snapshot) => String(snapshot.get('id'))).sort(compareCodePoints);
  }

  #retryRead<T>(doing: string, read: () => Promise<T>): Promise<T> {
    return retryOnContention(doing, this.#deadlineMs, async () => ({ done: await read() }));
  }

  #getDocument(kind: RecordKind, id: string): DocumentReference {
    return this.#documents.collection(kind).doc(toDocumentName(validateId(kind, id)));
  }
}

function toRecord<K extends RecordKind>(
  kind: K,
  id: string,
  snapshot: DocumentSnapshot,
): VersionedRecord<RecordValue<K>> {
  const version = getVersion(snapshot) as Version;
  return { id, value: decodeRecord(kind, id, snapshot.get('value')), version };
}

function getVersion(snapshot: DocumentSnapshot): Version | undefined {
  return snapshot.updateTime && toVersion(snapshot.updateTime);
}

function toVersion(time: Timestamp): Version {
  return `${time.seconds}.${time.nanoseconds}` as Version;
}

function createStaleVersionError(kind: RecordKind, id: string): StaleVersion {
  return new StaleVersion(`${kind} ${JSON.stringify(id)} was modified concurrently; read it again`);
}
