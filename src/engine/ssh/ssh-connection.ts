import type { Client } from 'ssh2';
import { type ConnectOptions, connectSsh } from './connect-ssh.ts';
import { Semaphore } from './semaphore.ts';
import type { SshTarget } from './ssh-client.ts';

/** sshd allows ten sessions per connection (MaxSessions); two stay free for kill commands. */
const maxSessions = 8;

interface ConnectionOptions extends ConnectOptions {
  readonly idleMs: number;
}

/** Shared connection to one host, opened on demand and reopened after a failure or idle timeout. */
export class SshConnection {
  readonly semaphore = new Semaphore(maxSessions);
  readonly #target: SshTarget;
  readonly #options: ConnectionOptions;
  #client: Promise<Client> | undefined;
  #activeUses = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(target: SshTarget, options: ConnectionOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Runs `work` on the connection. @throws KthwError if it can't be opened */
  async withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
    clearTimeout(this.#idleTimer);
    this.#activeUses += 1;
    try {
      return await work(await this.#getClient());
    } finally {
      this.#activeUses -= 1;
      if (this.#activeUses === 0) this.#idleTimer = setTimeout(() => void this.close(), this.#options.idleMs).unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const pendingClient = this.#client;
    this.#client = undefined;
    const client = await pendingClient?.catch(() => undefined);
    if (!client) return;
    await new Promise<void>((resolve) => {
      client.once('close', () => resolve());
      client.end();
      // A deleted instance never confirms the close.
      setTimeout(() => resolve(void client.destroy()), 1000).unref();
    });
  }

  #getClient(): Promise<Client> {
    this.#client ??= this.#openClient();
    return this.#client;
  }

  #openClient(): Promise<Client> {
    const clearClient = (): void => {
      if (this.#client === pendingClient) this.#client = undefined;
    };
    const pendingClient = connectSsh(this.#target, this.#options);
    pendingClient.then((client) => client.once('close', clearClient), clearClient);
    return pendingClient;
  }
}
