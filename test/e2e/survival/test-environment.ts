import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Conversation } from '../../../local/demo/conversation.ts';
import { ensurePackages } from '../../../local/ensure-packages.ts';
import { type ApiMessage, SlackEmulatorClient } from '../../../local/slack/slack-emulator-client.ts';
import { type Stack, startStack } from '../../../local/stack.ts';
import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import { createComputeClient } from '../../../src/engine/gcp/compute/create-compute-client.ts';
import { getSshKey } from '../../../src/engine/pki/pack-ssh-key.ts';
import { createSshClient } from '../../../src/engine/ssh/create-ssh-client.ts';
import type { SshHost } from '../../../src/engine/ssh/ssh-client.ts';
import { withSshAccess } from '../../../src/engine/ssh-access/ssh-access-client.ts';
import { sshUser } from '../../../src/engine/steps/connect-to-instance.ts';
import { foldEvents } from '../../../src/engine/workflow/run-state.ts';
import type { StoredEvent } from '../../../src/store/events.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { openFileKeyring } from '../../../src/store/vault/file-keyring.ts';
import type { Vault } from '../../../src/store/vault/vault.ts';
import { createVaultProvider } from '../../../src/store/vault/vault-provider.ts';
import { Google } from './google.ts';

const minuteMs = 60_000;

/** The complete local stack with a bot that can be killed, and direct access to its state. */
export interface Rig {
  readonly stack: Stack;
  readonly workspace: SlackEmulatorClient;
  readonly google: Google;
  readonly botLog: string;
  readonly mirror: { fault(...faults: readonly object[]): Promise<void> };
  /** One user's conversation in #clusters. */
  talk(signal: AbortSignal, person?: string): Conversation;
  vault(cluster: string): Vault;
  /**
   * Opens SSH to an instance with the cluster's key; access stays enabled afterwards. @param hostKeys other than the
   * original ones
   */
  machine(cluster: string, name: string, hostKeys?: readonly string[]): Promise<SshHost>;
  /** All events of a cluster's newest run. */
  events(cluster: string): Promise<readonly StoredEvent[]>;
  /** Waits until these steps of the cluster's newest run are done. */
  finished(cluster: string, steps: readonly string[]): Promise<void>;
  /** Waits until the cluster's newest run has succeeded. */
  succeeded(cluster: string): Promise<void>;
  /** Waits until this step has started. */
  started(cluster: string, step: string): Promise<void>;
  /** Error codes of failed step attempts in the cluster's newest run. */
  failures(cluster: string): Promise<readonly string[]>;
  /**
   * Waits until the cluster's run has stopped for the `nth` time and its thread shows it. Returns the cards since the
   * last stop.
   */
  stopped(cluster: string, nth: number): Promise<readonly ApiMessage[]>;
  /** Runs a script on an instance and returns its output. @throws Error when it fails */
  shell(host: SshHost, script: string): Promise<string>;
  /** Kills the bot once at each of these points (`step-key:point`), in any order. */
  killAt(points: readonly string[]): Promise<void>;
  /** Points not reached yet. */
  killsLeft(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** @param botEnv additional environment variables of the bot */
export async function openRig(botEnv: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const log = (line: string) => console.log(line);
  await ensurePackages([], log);
  const folder = await mkdtemp(join(tmpdir(), 'kthw-e2e-'));
  const stateDir = join(folder, 'stack');
  const killFile = join(folder, 'kill-at');
  await writeFile(killFile, '');
  const botScript = 'test/chaos/killable-bot.ts';
  const stack = await startStack({ stateDir, log, botScript, botEnv: { KILL_AT_FILE: killFile, ...botEnv } });
  const workspace = new SlackEmulatorClient(stack.workspaceUrl);
  const store = openSqliteStore({ path: join(stateDir, 'kthw.sqlite') });
  const vaults = createVaultProvider(store, openFileKeyring(join(stateDir, 'key')));
  const remote = createSshClient();
  const cloud = createComputeClient({ project: 'kthw-local', endpoint: stack.computeUrl });
  const clock = { now: () => new Date(), sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }) };
  const ended = new AbortController();

  async function events(cluster: string): Promise<readonly StoredEvent[]> {
    const run = (await store.read('cluster', cluster))?.value.runs.at(-1);
    return run === undefined ? [] : await store.readEvents(run);
  }

  async function until<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
    for (const deadline = Date.now() + 4 * minuteMs; Date.now() < deadline; await sleep(250)) {
      const found = await look();
      if (found !== undefined) return found;
    }
    throw new Error(`timed out waiting for ${what}`);
  }

  async function cards(cluster: string, nth: number): Promise<readonly ApiMessage[] | undefined> {
    const summaries = (await workspace.listMessages('clusters', 'ada')).filter(({ text }) =>
      text.includes(` ${cluster}: `),
    );
    const summary = summaries.findLast(({ metadata }) => metadata?.event_type === 'kthw_run');
    const thread = summary ? await workspace.listThreadMessages('clusters', summary.ts, 'ada') : [];
    const ends = thread.flatMap(({ text }, at) => (text.endsWith(`${cluster}: create failed`) ? [at] : []));
    const end = ends[nth - 1];
    const since = thread.slice((ends[nth - 2] ?? 0) + 1, end);
    return end === undefined ? undefined : since.filter(({ text }) => /^(❌|⚠️)/u.test(text));
  }

  return {
    mirror: {
      async fault(...faults) {
        const sent = { method: 'POST', body: JSON.stringify(faults) };
        const { ok, status } = await fetch(`${stack.mirrorUrl}/_local/faults`, sent);
        if (!ok) throw new Error(`the mirror answered ${status}`);
      },
    },
    async finished(cluster, steps) {
      await until(
        async () => {
          const { steps: found } = foldEvents(await events(cluster));
          return steps.every((step) => found.get(step)?.state === 'done') || undefined;
        },
        `the steps ${steps.join(', ')}`,
      );
    },
    async succeeded(cluster) {
      await until(
        async () => foldEvents(await events(cluster)).outcome === 'succeeded' || undefined,
        `a good end of ${cluster}`,
      );
    },
    async started(cluster, step) {
      await until(async () => foldEvents(await events(cluster)).steps.has(step) || undefined, `the step ${step}`);
    },
    failures: async (cluster) =>
      (await events(cluster)).flatMap(({ event }) => (event.type === 'step.failed' ? [event.error.code] : [])),
    stopped: (cluster, nth) => until(() => cards(cluster, nth), `stop ${nth} of ${cluster}`),
    async shell(host, script) {
      const { exitCode, stdout, stderr } = await host.run(script, { deadlineMs: 30_000, signal: ended.signal });
      if (exitCode !== 0) throw new Error(`script failed on an instance: exit code ${exitCode}: ${stderr}`);
      return stdout;
    },
    stack,
    workspace,
    google: new Google(stack.computeUrl),
    botLog: join(stateDir, 'logs/bot.log'),
    talk: (signal, person = 'ada') => new Conversation(workspace, { person, channel: 'clusters', signal }),
    vault: (cluster) => vaults.getVault(cluster),
    events,
    async machine(cluster, name, others) {
      const { outputs } = foldEvents(await events(cluster));
      const identity = (await getSshKey(vaults.getVault(cluster))).privateKey;
      const address = String(outputs.get(`external-address/${name}`));
      const own = outputs.get(`host-keys/${name}`) as readonly string[];
      const spec = (await store.read('cluster', cluster))?.value.spec;
      if (!spec) throw new Error(`cluster "${cluster}" not found`);
      const deps = { compute: cloud, vault: vaults.getVault(cluster), cluster: deriveCluster(spec) };
      const target = { name, address, user: sshUser, hostKeys: others ?? own, identity };
      return withSshAccess(remote, { ...deps, clock }).getHost(target);
    },
    killAt: (points) => writeFile(killFile, points.join('\n')),
    killsLeft: async () => (await readFile(killFile, 'utf8')).split('\n').filter(Boolean),
    async close() {
      ended.abort();
      await remote.close();
      await store.close();
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
