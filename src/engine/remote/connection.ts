import type { Client } from 'ssh2';
import { connect } from './connect.ts';
import type { Target } from './remote.ts';
import { Slots } from './slots.ts';

/** sshd takes ten sessions a connection (MaxSessions); two stay free for those that end a command. */
const sessions = 8;

/** The one connection to a machine: made when first asked for, shared, made again after it broke or was idle for long. */
export class Connection {
  readonly slots = new Slots(sessions);
  readonly #target: Target;
  readonly #readyTimeoutMs: number;
  readonly #idleMs: number;
  #client: Promise<Client> | undefined;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(target: Target, options: { readonly readyTimeoutMs: number; readonly idleMs: number }) {
    this.#target = target;
    this.#readyTimeoutMs = options.readyTimeoutMs;
    this.#idleMs = options.idleMs;
  }

  /** Runs `work` on the connection. @throws KthwError when there is none to be had. */
  async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#users += 1;
    try {
      return await work(await this.#open());
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#idle = setTimeout(() => void this.close(), this.#idleMs).unref();
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
    const opening = connect(this.#target, this.#readyTimeoutMs);
    opening.then((client) => client.once('close', forget), forget);
    return opening;
  }
}
