import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalEnvironment } from '../../local/driver/local-environment.ts';
import type { ApiMessage } from '../../local/slack/slack-emulator-client.ts';
import { deriveCluster } from '../../src/engine/cluster/cluster.ts';
import { createComputeClient } from '../../src/engine/gcp/compute/create-compute-client.ts';
import { getSshKey } from '../../src/engine/pki/ssh-key.ts';
import { createSshClient } from '../../src/engine/ssh/create-ssh-client.ts';
import type { SshHost } from '../../src/engine/ssh/ssh-client.ts';
import { withSshAccess } from '../../src/engine/ssh-access/ssh-access-client.ts';
import { sshUser } from '../../src/engine/steps/connect-to-instance.ts';
import { foldEvents } from '../../src/engine/workflow/run-state.ts';
import type { StoredEvent } from '../../src/store/events.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { openFileKeyring } from '../../src/store/vault/file-keyring.ts';
import type { Vault } from '../../src/store/vault/vault.ts';
import { createVaultProvider } from '../../src/store/vault/vault-provider.ts';

const waitTimeoutMs = 240_000;

/** Direct access to the state of a stack's engine: its store, its vault and, with a cluster's key, its instances. */
export class EngineInspector {
  readonly #environment: LocalEnvironment;
  readonly #store: ReturnType<typeof openSqliteStore>;
  readonly #vaults: ReturnType<typeof createVaultProvider>;
  readonly #ssh = createSshClient();

  constructor(environment: LocalEnvironment) {
    const { stateDir } = environment.stack;
    this.#environment = environment;
    this.#store = openSqliteStore({ path: join(stateDir, 'kthw.sqlite') });
    this.#vaults = createVaultProvider(this.#store, openFileKeyring(join(stateDir, 'key')));
  }

  getVault(cluster: string): Vault {
    return this.#vaults.getVault(cluster);
  }

  /** All events of a cluster's newest run. */
  async readEvents(cluster: string): Promise<readonly StoredEvent[]> {
    const run = (await this.#store.read('cluster', cluster))?.value.runs.at(-1);
    return run === undefined ? [] : await this.#store.readEvents(run);
  }

  /** Error codes of failed step attempts in the cluster's newest run. */
  async listFailureCodes(cluster: string): Promise<readonly string[]> {
    return (await this.readEvents(cluster)).flatMap(({ event }) =>
      event.type === 'step.failed' ? [event.error.code] : [],
    );
  }

  /** Waits until these steps of the cluster's newest run are done. */
  async waitForSteps(cluster: string, steps: readonly string[]): Promise<void> {
    await this.#waitFor(`the steps ${steps.join(', ')}`, async () => {
      const { steps: found } = foldEvents(await this.readEvents(cluster));
      return steps.every((step) => found.get(step)?.state === 'done');
    });
  }

  async waitForStepStart(cluster: string, step: string): Promise<void> {
    const isStarted = async () => foldEvents(await this.readEvents(cluster)).steps.has(step);
    await this.#waitFor(`the start of step ${step}`, isStarted);
  }

  /** Waits until the cluster's newest run has succeeded. */
  async waitForSuccess(cluster: string): Promise<void> {
    const isSucceeded = async () => foldEvents(await this.readEvents(cluster)).outcome === 'succeeded';
    await this.#waitFor(`the success of ${cluster}`, isSucceeded);
  }

  /**
   * Waits until the cluster's create has failed for the `nth` time and its thread shows it. Returns the failure messages
   * since the previous failure.
   */
  waitForFailure(cluster: string, nth: number): Promise<readonly ApiMessage[]> {
    return this.#waitFor(`failure ${nth} of ${cluster}`, () => this.#findFailureMessages(cluster, nth));
  }

  /**
   * Opens SSH to an instance with the cluster's key; access stays enabled afterwards.
   * @param hostKeys expected keys, if not the original ones
   */
  async connectToInstance(cluster: string, name: string, hostKeys?: readonly string[]): Promise<SshHost> {
    const { outputs } = foldEvents(await this.readEvents(cluster));
    const spec = (await this.#store.read('cluster', cluster))?.value.spec;
    if (!spec) throw new Error(`cluster "${cluster}" not found`);
    const vault = this.getVault(cluster);
    const target = {
      name,
      address: String(outputs.get(`external-address/${name}`)),
      user: sshUser,
      hostKeys: hostKeys ?? (outputs.get(`host-keys/${name}`) as readonly string[]),
      identity: (await getSshKey(vault)).privateKey,
    };
    const clock = {
      now: () => new Date(),
      sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
    };
    const { computeUrl: endpoint, secrets } = this.#environment.stack;
    const compute = createComputeClient({ project: 'kthw-local', endpoint, token: secrets.computeToken });
    return withSshAccess(this.#ssh, { compute, vault, cluster: deriveCluster(spec), clock }).getHost(target);
  }

  /** Runs a script on an instance and returns its output. @throws Error when it fails */
  async runScript(host: SshHost, script: string): Promise<string> {
    const { signal } = this.#environment;
    const { exitCode, stdout, stderr } = await host.run(script, { deadlineMs: 30_000, signal });
    if (exitCode !== 0) throw new Error(`script failed on an instance: exit code ${exitCode}: ${stderr}`);
    return stdout;
  }

  async close(): Promise<void> {
    await this.#ssh.close();
    await this.#store.close();
  }

  async #findFailureMessages(cluster: string, nth: number): Promise<readonly ApiMessage[] | undefined> {
    const { workspace } = this.#environment;
    const summary = (await this.#environment.talkAs().listSummaries(cluster)).at(-1);
    const thread = summary ? await workspace.listThreadMessages('clusters', summary.ts, 'ada') : [];
    const ends = thread.flatMap(({ text }, at) => (text.endsWith(`${cluster}: create failed`) ? [at] : []));
    const end = ends[nth - 1];
    const since = thread.slice((ends[nth - 2] ?? 0) + 1, end);
    return end === undefined ? undefined : since.filter(({ text }) => /^(❌|⚠️)/u.test(text));
  }

  async #waitFor<T>(description: string, poll: () => Promise<T>): Promise<Exclude<T, false | undefined>> {
    for (const deadline = Date.now() + waitTimeoutMs; Date.now() < deadline; await sleep(250)) {
      const found = await poll();
      if (found !== undefined && found !== false) return found as Exclude<T, false | undefined>;
    }
    throw new Error(`timed out waiting for ${description}`);
  }
}
