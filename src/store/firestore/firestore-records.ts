import { randomUUID } from 'node:crypto';
import type { DocumentReference, DocumentSnapshot, Timestamp } from '@google-cloud/firestore';
import { compareCodePoints, getPrefixEnd } from '../compare-code-points.ts';
import { decodeRecord, encodeRecord, validateId } from '../encode-record.ts';
import { isOpenRecord } from '../is-open-record.ts';
import { iterateRecords } from '../iterate-records.ts';
import type { RecordKind, RecordValue } from '../records.ts';
import { retryOnContention } from '../retry-on-contention.ts';
import {
  type ListOptions,
  type PageOptions,
  StaleVersion,
  type Store,
  type Version,
  type VersionedRecord,
} from '../store.ts';
import { type FirestoreDocuments, toDocumentName } from './firestore-documents.ts';

/** Parses a version as a timestamp; undefined if malformed. */
type TimestampParser = (version: Version) => Timestamp | undefined;

/**
 * Stores records as documents `{id, value, nonce, open}`. The value is JSON text, because Firestore supports no nested
 * arrays. The version is the document's update time. The nonce changes with every write and identifies the writer after a
 * lost response.
 */
export function createFirestoreRecords(
  documents: FirestoreDocuments,
  parseTimestamp: TimestampParser,
  deadlineMs: number,
): Pick<Store, 'read' | 'write' | 'remove' | 'list' | 'listPage' | 'listActiveClusters' | 'listOpenRuns'> {
  function retryRead<T>(doing: string, read: () => Promise<T>): Promise<T> {
    return retryOnContention(doing, deadlineMs, async () => ({ done: await read() }));
  }

  function getDocument(kind: RecordKind, id: string): DocumentReference {
    return documents.collection(kind).doc(toDocumentName(validateId(kind, id)));
  }

  /** A range over one field needs no composite index. */
  async function listPage<K extends RecordKind>(
    kind: K,
    { prefix = '', after, limit }: PageOptions,
  ): Promise<VersionedRecord<RecordValue<K>>[]> {
    if (limit === 0) return [];
    const end = getPrefixEnd(prefix);
    let query = documents.collection(kind).orderBy('id').limit(limit);
    if (prefix !== '') query = query.where('id', '>=', prefix);
    if (prefix !== '' && end !== undefined) query = query.where('id', '<', end);
    if (after !== undefined) query = query.where('id', '>', after);
    const found = await retryRead(`listing: ${kind}`, () => documents.query(query));
    return found.map((snapshot) => toRecord(kind, String(snapshot.get('id')), snapshot));
  }

  return {
    async read(kind, id) {
      const document = getDocument(kind, id);
      const snapshot = await retryRead(`reading: ${kind} ${JSON.stringify(id)}`, () => documents.get(document));
      return snapshot.exists ? toRecord(kind, id, snapshot) : undefined;
    },
    async write(kind, id, value, ifVersion) {
      const document = getDocument(kind, id);
      const nonce = randomUUID();
      const fields = { id, value: encodeRecord(kind, id, value), nonce, open: isOpenRecord(kind, value) };
      const lastUpdateTime = ifVersion === undefined ? undefined : parseTimestamp(ifVersion);
      if (ifVersion !== undefined && lastUpdateTime === undefined) throw createStaleVersionError(kind, id);
      return retryOnContention(`writing: ${kind} ${JSON.stringify(id)}`, deadlineMs, async () => {
        const times = await documents.commit((batch) =>
          lastUpdateTime === undefined
            ? batch.create(document, fields)
            : batch.update(document, fields, { lastUpdateTime }),
        );
        if (times?.[0] !== undefined) return { done: toVersion(times[0]) };
        const current = await documents.get(document);
        if (current.updateTime !== undefined && current.get('nonce') === nonce)
          return { done: toVersion(current.updateTime) };
        if (getVersion(current) !== ifVersion) throw createStaleVersionError(kind, id);
        return undefined;
      });
    },
    async remove(kind, id, ifVersion) {
      const document = getDocument(kind, id);
      const lastUpdateTime = ifVersion === undefined ? undefined : parseTimestamp(ifVersion);
      await retryOnContention(`removing: ${kind} ${JSON.stringify(id)}`, deadlineMs, async () => {
        if (ifVersion === undefined || lastUpdateTime !== undefined) {
          const precondition = lastUpdateTime === undefined ? {} : { lastUpdateTime };
          if (await documents.commit((batch) => batch.delete(document, precondition))) return { done: undefined };
        }
        const currentVersion = getVersion(await documents.get(document));
        if (currentVersion === undefined) return { done: undefined };
        if (ifVersion !== undefined && currentVersion !== ifVersion) throw createStaleVersionError(kind, id);
        return undefined;
      });
    },
    async list<K extends RecordKind>(kind: K, options: ListOptions = {}) {
      const found: VersionedRecord<RecordValue<K>>[] = [];
      for await (const record of iterateRecords({ listPage }, kind, options)) found.push(record);
      return found;
    },
    listPage,
    async listActiveClusters() {
      const active = documents.collection('cluster').where('open', '==', true);
      const found = await retryRead('listing: active clusters', () => documents.query(active));
      return found
        .map((snapshot) => toRecord('cluster', String(snapshot.get('id')), snapshot))
        .sort((a, b) => compareCodePoints(a.id, b.id));
    },
    async listOpenRuns() {
      const open = documents.collection('run').where('open', '==', true).select('id');
      const found = await retryRead('listing: open runs', () => documents.query(open));
      return found.map((snapshot) => String(snapshot.get('id'))).sort(compareCodePoints);
    },
  };
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
