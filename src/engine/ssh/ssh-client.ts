import type { Secret } from '../../store/vault/secret.ts';

/** SSH access to instances. `createSshClient` implements it with ssh2; tests use a fake. */
export interface SshClient {
  getHost(target: SshTarget): SshHost;
  /** Closes all connections. */
  close(): Promise<void>;
}

export interface SshTarget {
  /** Instance name, for messages. */
  readonly name: string;
  readonly address: string;
  /** Port of sshd. @default 22 */
  readonly port?: number;
  readonly user: string;
  /** Accepted host keys, as `ssh-ed25519 AAAA…`. */
  readonly hostKeys: readonly string[];
  readonly identity: Secret;
}

export interface SshHost {
  /**
   * Runs a shell script as root and returns its result with any exit code.
   * @throws KthwError `ssh-unreachable`, `ssh-host-key`, `ssh-cut`, `deadline`
   */
  run(script: string, options: CommandOptions): Promise<CommandResult>;
  /** Writes files as root, atomically: to a temporary file in the same directory, then renamed. Contents go over standard input. */
  writeFiles(files: readonly HostFile[], options: Omit<CommandOptions, 'stdin'>): Promise<void>;
  /**
   * Runs several operations sequentially in one session, because sessions cost more than most commands. Stops at the first
   * failure and returns its exit code.
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
  /** Key of the step that the command belongs to. */
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
