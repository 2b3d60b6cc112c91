import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Conversation } from '../../../local/demo/conversation.ts';
import { ensurePackages } from '../../../local/packages.ts';
import { type Stack, startStack } from '../../../local/stack.ts';
import { WorkspaceClient } from '../../../local/workspace/client.ts';
import { sshUser } from '../../../src/engine/machine-step.ts';
import type { Host } from '../../../src/engine/remote/remote.ts';
import { openSsh } from '../../../src/engine/remote/ssh.ts';
import { folded } from '../../../src/engine/run.ts';
import { sshKeyOf } from '../../../src/engine/secrets.ts';
import { openVaults } from '../../../src/store/envelope.ts';
import type { StoredEvent } from '../../../src/store/events.ts';
import { openFileKeyring } from '../../../src/store/file-keyring.ts';
import { openSqliteStore } from '../../../src/store/sqlite.ts';
import type { Vault } from '../../../src/store/vault.ts';
import { Google } from './google.ts';

/** The whole local stack with a bot that can be killed, and all that a test may look at behind the bot's back. */
export interface Rig {
  readonly stack: Stack;
  readonly workspace: WorkspaceClient;
  readonly google: Google;
  /** What one person says and reads in #clusters. */
  talk(signal: AbortSignal, person?: string): Conversation;
  vault(cluster: string): Vault;
  /** A machine over ssh, with the cluster's own key. */
  machine(cluster: string, name: string): Promise<Host>;
  /** All events of a cluster's newest run. */
  events(cluster: string): Promise<readonly StoredEvent[]>;
  /** The bot kills itself at each of these points (`step-key:point`) once, in whatever order it comes to them. */
  killAt(points: readonly string[]): Promise<void>;
  /** Points that it has not come to. */
  killsLeft(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** @param botEnv more environment for the bot */
export async function openRig(botEnv: Readonly<Record<string, string>> = {}): Promise<Rig> {
  const log = (line: string) => console.log(line);
  await ensurePackages([], log);
  const folder = await mkdtemp(join(tmpdir(), 'kthw-e2e-'));
  const stateDir = join(folder, 'stack');
  const killFile = join(folder, 'kill-at');
  await writeFile(killFile, '');
  const botScript = 'test/chaos/killable-bot.ts';
  const stack = await startStack({ stateDir, log, botScript, botEnv: { KILL_AT_FILE: killFile, ...botEnv } });
  const workspace = new WorkspaceClient(stack.workspaceUrl);
  const store = openSqliteStore({ path: join(stateDir, 'kthw.sqlite') });
  const vaults = openVaults(store, openFileKeyring(join(stateDir, 'key')));
  const remote = openSsh();

  async function events(cluster: string): Promise<readonly StoredEvent[]> {
    const run = (await store.read('cluster', cluster))?.value.runs.at(-1);
    return run === undefined ? [] : await store.events(run);
  }

  return {
    stack,
    workspace,
    google: new Google(stack.cloudUrl),
    talk: (signal, person = 'ada') => new Conversation(workspace, { person, channel: 'clusters', signal }),
    vault: (cluster) => vaults.of(cluster),
    events,
    async machine(cluster, name) {
      const { facts } = folded(await events(cluster));
      const identity = (await sshKeyOf(vaults.of(cluster))).privateKey;
      const address = String(facts.get(`external-address/${name}`));
      const hostKeys = facts.get(`host-keys/${name}`) as string[];
      return remote.host({ name, address, user: sshUser, hostKeys, identity });
    },
    killAt: (points) => writeFile(killFile, points.join('\n')),
    killsLeft: async () => (await readFile(killFile, 'utf8')).split('\n').filter(Boolean),
    async close() {
      await remote.close();
      await store.close();
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
