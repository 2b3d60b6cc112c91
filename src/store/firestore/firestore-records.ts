import { randomUUID } from 'node:crypto';
import type { DocumentReference, DocumentSnapshot, Timestamp } from '@google-cloud/firestore';
import { afterPrefix, byCodePoint } from '../id-order.ts';
import { checkId, decodeRecord, encodeRecord } from '../record-codec.ts';
import type { Kind, RecordOf } from '../records.ts';
import { settle } from '../retry-on-contention.ts';
import type { Page, Version, Versioned } from '../store.ts';
import { StaleVersion } from '../store-errors.ts';
import { type Documents, documentName } from './firestore-documents.ts';

/** Makes the time that a version stands for; undefined when it stands for none. */
export type TimeOf = (version: Version) => Timestamp | undefined;

/**
 * Records as documents `{id, value, nonce, open?}`. The value is JSON text, because Firestore takes no list in a list.
 * A version is the document's update time; the nonce makes every write a change, and tells whose it was when an answer got
 * lost.
 */
export class FirestoreRecords {
  readonly #documents: Documents;
  readonly #timeOf: TimeOf;
  readonly #deadlineMs: number;

  constructor(documents: Documents, timeOf: TimeOf, deadlineMs: number) {
    this.#documents = documents;
    this.#timeOf = timeOf;
    this.#deadlineMs = deadlineMs;
  }

  async read<K extends Kind>(kind: K, id: string): Promise<Versioned<RecordOf<K>> | undefined> {
    const document = this.#document(kind, id);
    const snapshot = await this.#patiently(`reading: ${kind} ${JSON.stringify(id)}`, () =>
      this.#documents.get(document),
    );
    return snapshot.exists ? recordOf(kind, id, snapshot) : undefined;
  }

  async write<K extends Kind>(
    kind: K,
    id: string,
    value: RecordOf<K>,
    ifVersion: Version | undefined,
  ): Promise<Version> {
    const document = this.#document(kind, id);
    const nonce = randomUUID();
    const open = 'open' in value ? { open: value.open } : {};
    const fields = { id, value: encodeRecord(kind, id, value), nonce, ...open };
    const lastUpdateTime = ifVersion === undefined ? undefined : this.#timeOf(ifVersion);
    if (ifVersion !== undefined && lastUpdateTime === undefined) throw stale(kind, id);
    return settle(`writing: ${kind} ${JSON.stringify(id)}`, this.#deadlineMs, async () => {
      const times = await this.#documents.commit((batch) =>
        lastUpdateTime === undefined
          ? batch.create(document, fields)
          : batch.update(document, fields, { lastUpdateTime }),
      );
      if (times?.[0] !== undefined) return { done: versionOf(times[0]) };
      const found = await this.#documents.get(document);
      if (found.updateTime !== undefined && found.get('nonce') === nonce) return { done: versionOf(found.updateTime) };
      if (currentVersion(found) !== ifVersion) throw stale(kind, id);
      return undefined;
    });
  }

  async remove(kind: Kind, id: string, ifVersion?: Version): Promise<void> {
    const document = this.#document(kind, id);
    const lastUpdateTime = ifVersion === undefined ? undefined : this.#timeOf(ifVersion);
    await settle(`removing: ${kind} ${JSON.stringify(id)}`, this.#deadlineMs, async () => {
      if (ifVersion === undefined || lastUpdateTime !== undefined) {
        const precondition = lastUpdateTime === undefined ? {} : { lastUpdateTime };
        if (await this.#documents.commit((batch) => batch.delete(document, precondition))) return { done: undefined };
      }
      const found = currentVersion(await this.#documents.get(document));
      if (found === undefined) return { done: undefined };
      if (ifVersion !== undefined && found !== ifVersion) throw stale(kind, id);
      return undefined;
    });
  }

  /** One range over one field: every database has that index from the start. */
  async list<K extends Kind>(kind: K, page: Page = {}): Promise<Versioned<RecordOf<K>>[]> {
    const { prefix = '', after, limit } = page;
    if (limit === 0) return [];
    const end = afterPrefix(prefix);
    let query = this.#documents.collection(kind).orderBy('id');
    if (prefix !== '') query = query.where('id', '>=', prefix);
    if (prefix !== '' && end !== undefined) query = query.where('id', '<', end);
    if (after !== undefined) query = query.where('id', '>', after);
    if (limit !== undefined) query = query.limit(limit);
    const found = await this.#patiently(`listing: ${kind}`, () => this.#documents.query(query));
    return found.map((snapshot) => recordOf(kind, String(snapshot.get('id')), snapshot));
  }

  async openRuns(): Promise<string[]> {
    const open = this.#documents.collection('run').where('open', '==', true).select('id');
    const found = await this.#patiently('listing: open runs', () => this.#documents.query(open));
    return found.map((snapshot) => String(snapshot.get('id'))).sort(byCodePoint);
  }

  #patiently<T>(doing: string, read: () => Promise<T>): Promise<T> {
    return settle(doing, this.#deadlineMs, async () => ({ done: await read() }));
  }

  #document(kind: Kind, id: string): DocumentReference {
    return this.#documents.collection(kind).doc(documentName(checkId(kind, id)));
  }
}

function recordOf<K extends Kind>(kind: K, id: string, snapshot: DocumentSnapshot): Versioned<RecordOf<K>> {
  const version = currentVersion(snapshot) as Version;
  return { id, value: decodeRecord(kind, id, snapshot.get('value')), version };
}

function currentVersion(snapshot: DocumentSnapshot): Version | undefined {
  return snapshot.updateTime && versionOf(snapshot.updateTime);
}

function versionOf(time: Timestamp): Version {
  return `${time.seconds}.${time.nanoseconds}` as Version;
}

function stale(kind: Kind, id: string): StaleVersion {
  return new StaleVersion(`${kind} ${JSON.stringify(id)} was written in between; read it again`);
}
