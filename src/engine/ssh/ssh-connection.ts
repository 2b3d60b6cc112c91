import type { Client } from 'ssh2';
import { type ConnectOptions, connect } from './connect-ssh.ts';
import { Slots } from './semaphore.ts';
import type { Target } from './ssh-client.ts';

/** sshd takes ten sessions a connection (MaxSessions); two stay free for those that end a command. */
const sessions = 8;

export interface ConnectionOptions extends ConnectOptions {
  readonly idleMs: number;
}

/** The one connection to a machine: made when first asked for, shared, made again after it broke or was idle for long. */
export class Connection {
  readonly slots = new Slots(sessions);
  readonly #target: Target;
  readonly #options: ConnectionOptions;
  #client: Promise<Client> | undefined;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(target: Target, options: ConnectionOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Runs `work` on the connection. @throws KthwError when there is none to be had. */
  async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#users += 1;
    try {
      return await work(await this.#open());
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#idle = setTimeout(() => void this.close(), this.#options.idleMs).unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const opening = this.#client;
    this.#client = undefined;
    const client = await opening?.catch(() => undefined);
    if (!client) return;
    await new Promise<void>((resolve) => {
      client.once('close', () => resolve());
      client.end();
      // A machine that is gone never answers the goodbye.
      setTimeout(() => resolve(void client.destroy()), 1000).unref();
    });
  }

  #open(): Promise<Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  #connect(): Promise<Client> {
    const forget = (): void => {
      if (this.#client === opening) this.#client = undefined;
    };
    const opening = connect(this.#target, this.#options);
    opening.then((client) => client.once('close', forget), forget);
    return opening;
  }
}
