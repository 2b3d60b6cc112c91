import { operations } from '../../src/engine/phases/operations.ts';
/**
 * One of several processes that share a store. Uses the real runner, dispatcher, store and Compute client, the phases
 * that need no instance, and one phase whose steps append marks to a file. Settings are one JSON argument. Suspends
 * itself (SIGSTOP) once at each point listed in the file `stop-at` of the shared directory.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createComputeClient } from '../../src/engine/gcp/compute/create-compute-client.ts';
import { createInProcessDispatcher, type Dispatcher } from '../../src/engine/workflow/dispatcher.ts';
import { executeRun } from '../../src/engine/workflow/runner.ts';
import { openFirestoreStore } from '../../src/store/firestore/firestore-store.ts';
import { createLeaseOwnerId } from '../../src/store/lease-owner.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { openFileKeyring } from '../../src/store/vault/file-keyring.ts';
import { createVaultProvider } from '../../src/store/vault/vault-provider.ts';
import { FakeClock } from '../fakes/clock.ts';
import { createPhasesWithoutInstances } from './phases-without-instances.ts';

export interface InstanceSettings {
  /** Directory shared by the processes: key, marks, SQLite file. */
  readonly folder: string;
  readonly cloudUrl: string;
  readonly cloudToken: string;
  /** @default SQLite in the directory; FIRESTORE_EMULATOR_HOST selects the emulator */
  readonly firestore?: { readonly prefix: string; readonly deadlineMs: number; readonly requestTimeoutMs: number };
  readonly leaseMs: number;
}

const settings = JSON.parse(process.argv[2] ?? '') as InstanceSettings;
const { folder, cloudUrl, cloudToken, firestore, leaseMs } = settings;
const marks = join(folder, 'marks');
const expectedCode = join(folder, 'stop-at');

const store = firestore
  ? await openFirestoreStore({ projectId: 'demo-kthw', ...firestore })
  : openSqliteStore({ path: join(folder, 'store.sqlite') });
const vaults = createVaultProvider(store, openFileKeyring(join(folder, 'key')));
const compute = createComputeClient({ project: 'kthw-local', endpoint: cloudUrl, token: cloudToken });
const clock = new FakeClock({ speedup: 1 });
const phases = createPhasesWithoutInstances({
  has: async (mark) => (await readFile(marks, 'utf8')).split('\n').some((line) => line.startsWith(`${mark} `)),
  leave: async (mark) => {
    await sleep(100);
    await appendFile(marks, `${mark} ${process.pid}\n`);
  },
});

function killPoint(step: string, point: string): void {
  const lines = readFileSync(expectedCode, 'utf8').split('\n');
  const at = lines.indexOf(`${step}:${point}`);
  if (at < 0) return;
  writeFileSync(expectedCode, lines.toSpliced(at, 1).join('\n'));
  process.kill(process.pid, 'SIGSTOP');
}

const leaseOwner = createLeaseOwnerId();
const log = (fields: object, message: string) => console.log(message, fields);
const dispatcher: Dispatcher = createInProcessDispatcher({
  ...{ store, log, clock, retryDelayMs: 200 },
  async executeRun(run, signal) {
    const exit = await executeRun(
      run,
      {
        ...{ store, phases, clock, log, killPoint, leaseMs, random: Math.random, approvalMs: 60_000 },
        operations,
        leaseOwner,
        onEventsAppended: () => {},
        wake: (other) => dispatcher.wake(other),
        openResources: async ({ cluster }) => ({
          vault: vaults.getVault(cluster),
          clients: {
            compute,
            vault: vaults.getVault(cluster),
            mirror: undefined,
            downloads: undefined,
            ssh: {} as never,
            kube: {} as never,
          },
          close: async () => {},
        }),
      },
      signal,
    );
    console.log(`run ${run} exited: ${exit}`);
    return exit;
  },
});
console.log('listening here');
// Runs are requested in another process, which cannot wake this one.
for (;;) {
  await dispatcher.start().catch((error) => {
    if (!(error instanceof StoreUnavailable)) throw error;
  });
  await sleep(300);
}
