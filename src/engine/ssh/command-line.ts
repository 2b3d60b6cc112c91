/** The kernel limits one argument to 128 KiB. */
const maxArgumentBytes = 100_000;

/** Standard error starts with a line of `marker` and the process group of the command. */
export interface CommandLine {
  readonly line: string;
  readonly marker: string;
}

/**
 * Builds a command line that runs a script as root, with `sudo -n` if necessary. `timeout` ends its process group (TERM, 5 s
 * later KILL), so that no process survives a lost connection. The script is visible to all users of the host as an argument
 * and must not contain secrets.
 * @throws RangeError if the script is too long for an argument
 */
export function buildCommandLine(
  script: string,
  options: { readonly user: string; readonly timeoutSeconds: number; readonly marker: string },
): CommandLine {
  // `$0` is the script: `bash -c CODE SCRIPT`. `timeout` leads the group, and `exec` keeps it the parent. Without --norc,
  // Debian's bash reads /etc/bash.bashrc when started by sshd.
  const wrapper =
    `echo "${options.marker} $PPID" >&2; export LC_ALL=C.UTF-8; ` +
    'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; exec bash --norc -euo pipefail -c "$0"';
  const line = `${getSudoPrefix(options.user)}timeout -k 5 ${options.timeoutSeconds} bash --norc -c ${quoteForShell(wrapper)} ${quoteForShell(script)}`;
  if (Buffer.byteLength(line) > maxArgumentBytes) {
    throw new RangeError(
      `running a script of ${Buffer.byteLength(script)} bytes: too long for an argument, pass data as standard input`,
    );
  }
  return { line, marker: options.marker };
}

/** Ends a process group with TERM, and with KILL two seconds later. */
export function buildKillCommand(processGroup: number, user: string): string {
  const script =
    `kill -TERM -- -${processGroup} && for _ in $(seq 20); do kill -0 -- -${processGroup} || exit 0; sleep 0.1; done; ` +
    `kill -KILL -- -${processGroup}`;
  return `${getSudoPrefix(user)}bash --norc -c ${quoteForShell(script)} 2>/dev/null`;
}

/** Quotes a word for a POSIX shell. */
export function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function getSudoPrefix(user: string): string {
  return user === 'root' ? '' : 'sudo -n ';
}
