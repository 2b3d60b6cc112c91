import type { Secret } from '../../store/vault/secret.ts';

/** Machines over ssh. `ssh.ts` beside this implements it with ssh2; tests bring a double. */
export interface SshClient {
  getHost(target: SshTarget): SshHost;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface SshTarget {
  /** The machine's name, for messages. */
  readonly name: string;
  readonly address: string;
  /** Port of sshd. @default 22 */
  readonly port?: number;
  readonly user: string;
  /** The only host keys that are believed, as `ssh-ed25519 AAAA…`. */
  readonly hostKeys: readonly string[];
  readonly identity: Secret;
}

export interface SshHost {
  /**
   * Runs a shell script as root and answers what came of it, whatever its exit code.
   * @throws KthwError `ssh-unreachable`, `ssh-host-key`, `ssh-cut`, `deadline`
   */
  run(script: string, options: CommandOptions): Promise<CommandResult>;
  /** Writes files as root, each whole or not at all (a temporary name beside it, then renamed). Content goes over standard input. */
  writeFiles(files: readonly HostFile[], options: Omit<CommandOptions, 'stdin'>): Promise<void>;
  /**
   * Several in one visit, one after the other: a session on a machine costs more than most commands. Ends with the first
   * that fails, and answers its exit code.
   * @throws KthwError as `run`
   */
  runBatch(operations: readonly SshOperation[], options: Omit<CommandOptions, 'stdin'>): Promise<CommandResult>;
}

export type SshOperation =
  | { readonly run: string; readonly stdin?: string | Uint8Array }
  | { readonly write: readonly HostFile[] };

export interface CommandOptions {
  readonly stdin?: string | Uint8Array;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Key of the step that it belongs to: says what it is for where the script alone does not. */
  readonly step?: string;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly durationMs: number;
}

export interface HostFile {
  readonly path: string;
  readonly content: string | Uint8Array | Secret;
  /** Permission bits, as 0o600. */
  readonly mode: number;
}
