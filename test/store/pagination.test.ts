import { expect, onTestFinished, test } from 'vitest';
import { deleteProcessedRequests } from '../../src/commands/slack/processed-requests.ts';
import { buildGrantKey } from '../../src/engine/cluster/grant-key.ts';
import { listActiveGrants } from '../../src/engine/service/kubeconfigs/list-grants.ts';
import { listUnfinishedRuns } from '../../src/engine/workflow/unfinished-runs.ts';
import { defaultPageSize, iterateRecords } from '../../src/store/iterate-records.ts';
import { type RecordKind, type RecordValue, recordSchemas } from '../../src/store/records.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { createTestClusterService } from '../fixtures/run.ts';
import { clusterRecord, runRecord } from '../support/store-fixtures.ts';

const count = 2 * defaultPageSize;
const at = '2026-01-02T03:04:05.000Z';
const later = '2026-01-03T03:04:05.000Z';
const person = { team: 'T1', user: 'U1' };

/** A valid record of each kind. A new kind does not compile until it is added here. */
const examples: { readonly [K in RecordKind]: RecordValue<K> } = {
  cluster: clusterRecord(),
  ttlReminder: { expiresAt: later, claimedAt: at },
  run: runRecord(),
  decision: { run: 'r1', digest: 'd', approved: true, decidedBy: person, decidedAt: at },
  slackThread: { channel: 'C1', cursor: 0 },
  secret: { cluster: 'demo', path: 'ca', version: 'v', nonce: 'n', ciphertext: 'c' },
  dataKey: { wrappedKey: 'w', keyVersion: '1', index: { revision: 0, versions: {}, outputs: {}, mac: 'm' } },
  kubeconfigGrant: {
    cluster: 'demo',
    grantee: person,
    commonName: 'slack:T1:U1',
    role: 'view',
    issuedAt: at,
    expiresAt: later,
  },
  kubeconfigFile: { cluster: 'demo', issuedAt: at, fileIds: ['F1'] },
  ttlExtension: { cluster: 'demo', extendedBy: person, extendedAt: at, previousExpiresAt: at, expiresAt: later },
  processedRequest: { processedAt: at },
};
const kinds = Object.keys(recordSchemas) as RecordKind[];

function openStore(): Store {
  const store = openSqliteStore({ path: ':memory:' });
  onTestFinished(() => store.close());
  return store;
}

async function fill<K extends RecordKind>(
  store: Store,
  kind: K,
  buildId: (n: number) => string,
  value: RecordValue<K> = examples[kind],
): Promise<void> {
  for (let n = 0; n < count; n++) await store.write(kind, buildId(n), value, undefined);
}

test.each(kinds)('lists twice the page size of the record kind %s', async (kind) => {
  const store = openStore();
  await fill(store, kind, (n) => `id-${n}`);
  expect(await store.list(kind)).toHaveLength(count);
  let iterated = 0;
  for await (const _ of iterateRecords(store, kind)) iterated++;
  expect(iterated).toBe(count);
});

test('lists a cluster that follows twice the page size of deleted clusters', async () => {
  const store = openStore();
  await fill(store, 'cluster', (n) => `deleted-${n}`, clusterRecord({ settledState: 'deleted' }));
  await store.write('cluster', 'prod', clusterRecord({ settledState: 'ready' }), undefined);
  const clusterService = createTestClusterService(store, () => new Date(at));
  expect((await clusterService.listClusters()).map(({ name }) => name)).toEqual(['prod']);
  // Deleted clusters stay in the audit log.
  expect(await clusterService.getAuditLog('deleted-0')).toEqual([]);
});

test('lists twice the page size of clusters, open runs and grants', async () => {
  const store = openStore();
  await fill(store, 'cluster', (n) => `demo-${n}`);
  await fill(store, 'run', (n) => `run-${n}`);
  await fill(store, 'kubeconfigGrant', (n) => buildGrantKey('demo', `g${n}`));
  const clusterService = createTestClusterService(store, () => new Date(at));
  expect(await clusterService.listClusters()).toHaveLength(count);
  expect(await listUnfinishedRuns(store)).toHaveLength(count);
  expect(await listActiveGrants(store, 'demo', new Date(at))).toHaveLength(count);
});

test('shows twice the page size of TTL extensions in the audit log, and deletes as many processed requests', async () => {
  const store = openStore();
  await store.write('cluster', 'demo', clusterRecord(), undefined);
  await fill(store, 'ttlExtension', (n) => `demo.${n}`);
  await fill(store, 'processedRequest', (n) => `request-${n}`);
  const clusterService = createTestClusterService(store, () => new Date(at));
  expect(await clusterService.getAuditLog('demo')).toHaveLength(count);
  await deleteProcessedRequests(store, new Date('2026-02-02T03:04:05.000Z'));
  expect(await store.list('processedRequest')).toEqual([]);
});
