import ssh2 from 'ssh2';
import { until } from './wait-until.ts';

/** SSH key pair for test machines. */
export const keys = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'test' });

/** An SSH connection to a machine, by its external address. */
export class Shell {
  readonly #client: ssh2.Client;
  /** Host key of the machine, in base64. */
  readonly hostKey: string;

  constructor(client: ssh2.Client, hostKey: string) {
    this.#client = client;
    this.hostKey = hostKey;
  }

  /** Retries until the machine accepts the connection. */
  static async open(host: string, username = 'somebody', deadlineMs = 15_000): Promise<Shell> {
    let shell: Shell | undefined;
    async function getsIn(): Promise<boolean> {
      shell = await attempt(host, username);
      return shell !== undefined;
    }
    await until(`${username}@${host} gets in`, getsIn, deadlineMs);
    if (shell === undefined) throw new Error('unreachable');
    return shell;
  }

  /** Output of a script including errors, and its exit code on failure. */
  async run(script: string): Promise<string> {
    return await new Promise((resolve, reject) => {
      this.#client.exec('bash -s 2>&1', (error, stream) => {
        if (error !== undefined) return reject(error);
        let output = '';
        stream.on('data', (chunk: Buffer) => {
          output += chunk;
        });
        stream.on('close', (code: number | null) => resolve(code === 0 ? output.trim() : `${output}exit code ${code}`));
        stream.end(script);
      });
    });
  }

  close(): void {
    this.#client.end();
  }
}

async function attempt(host: string, username: string): Promise<Shell | undefined> {
  const client = new ssh2.Client();
  let hostKey = '';
  return await new Promise((resolve) => {
    client.on('ready', () => resolve(new Shell(client, hostKey)));
    client.on('error', () => resolve(undefined));
    client.on('close', () => resolve(undefined));
    client.connect({
      host,
      username,
      privateKey: keys.private,
      readyTimeout: 5_000,
      hostVerifier: (key: Buffer) => {
        hostKey = key.toString('base64');
        return true;
      },
    });
  });
}
