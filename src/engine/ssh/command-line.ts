/** The kernel takes 128 KiB as one argument. */
const maxArgumentBytes = 100_000;

/** What stands before the first line of standard error; the number after it is the process group of the command. */
export interface CommandLine {
  readonly line: string;
  readonly marker: string;
}

/**
 * The command line that runs a script as root: by `sudo -n` if the user is not root, in a process group of its own which
 * `timeout` ends (TERM, 5 s later KILL), so that nothing is left behind when the connection goes. The script is an
 * argument that everybody on the machine can read: it never holds a secret.
 * @throws RangeError when the script is too long for an argument.
 */
export function buildCommandLine(
  script: string,
  options: { readonly user: string; readonly timeoutSeconds: number; readonly marker: string },
): CommandLine {
  // `$0` is the script: `bash -c CODE SCRIPT`. timeout leads the group, and exec keeps it the parent. Without --norc,
  // Debian's bash would read /etc/bash.bashrc because sshd started it.
  const wrapper =
    `echo "${options.marker} $PPID" >&2; export LC_ALL=C.UTF-8; ` +
    'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; exec bash --norc -euo pipefail -c "$0"';
  const line = `${getSudoPrefix(options.user)}timeout -k 5 ${options.timeoutSeconds} bash --norc -c ${quoteForShell(wrapper)} ${quoteForShell(script)}`;
  if (Buffer.byteLength(line) > maxArgumentBytes) {
    throw new RangeError(`running a script of ${Buffer.byteLength(script)} bytes: pass what is long as standard input`);
  }
  return { line, marker: options.marker };
}

/** Ends a process group: TERM, and KILL for what is left of it two seconds later. */
export function buildKillCommand(processGroup: number, user: string): string {
  const script =
    `kill -TERM -- -${processGroup} && for _ in $(seq 20); do kill -0 -- -${processGroup} || exit 0; sleep 0.1; done; ` +
    `kill -KILL -- -${processGroup}`;
  return `${getSudoPrefix(user)}bash --norc -c ${quoteForShell(script)} 2>/dev/null`;
}

/** One word for a POSIX shell. */
export function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function getSudoPrefix(user: string): string {
  return user === 'root' ? '' : 'sudo -n ';
}
