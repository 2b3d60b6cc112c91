import { Secret } from '../../store/secret.ts';
import type { HostFile, RunResult } from './remote.ts';

/**
 * Reads files from standard input and puts each in its place. Before each file comes a line with its size, mode and path;
 * `head` takes exactly that many bytes. A file that ends too early is never renamed into place, and what is left of it
 * is removed. (`timeout` sends TERM to the shell and then to the whole group: the second one must not hit the `rm`.)
 */
export const receiveScript = `umask 077
temporary=
trap 'exit 143' TERM
trap 'trap "" TERM; rm -f -- "$temporary"' EXIT
while IFS=' ' read -r size mode path; do
  folder=\${path%/*}
  folder=\${folder:-/}
  [ -d "$folder" ] || (umask 022 && mkdir -p -- "$folder")
  temporary=$(mktemp -- "\${folder%/}/.\${path##*/}.XXXXXXXX")
  head -c "$size" > "$temporary"
  [ "$(stat -c %s -- "$temporary")" = "$size" ] || { echo "the content of $path ended early" >&2; exit 74; }
  chown root:root -- "$temporary"
  chmod "$mode" -- "$temporary"
  sync -- "$temporary"
  mv -fT -- "$temporary" "$path"
  sync -- "$folder"
done
`;

/** The files as `receiveScript` reads them. @throws RangeError for a path that is not absolute or that a line can't hold. */
export function framesOf(files: readonly HostFile[]): (string | Uint8Array)[] {
  return files.flatMap(({ path, content, mode }) => {
    if (!/^\/(?!.*\/$)[^\n\0]*[^\s\0]$/.test(path))
      throw new RangeError(`writing ${JSON.stringify(path)}: not an absolute path of a file`);
    const bytes = bytesOf(content);
    return [`${bytes.byteLength} ${mode.toString(8)} ${path}\n`, bytes];
  });
}

/** Whether a command failed because its disk is full. Commands tell only by the C library's text for ENOSPC, so it is read here. */
export function isDiskFull(result: RunResult): boolean {
  return result.exitCode !== 0 && result.stderr.includes('No space left on device');
}

function bytesOf(content: HostFile['content']): Uint8Array {
  if (content instanceof Secret) return content.bytes();
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
}
