import { Secret } from '../../store/vault/secret.ts';
import type { CommandResult, HostFile } from './ssh-client.ts';

/**
 * Reads files from standard input and puts each in its place. Before each file comes a line with its size, mode and path;
 * `head` takes exactly that many bytes. None is renamed into place before all have come whole and are on the disk, and what
 * is left of them is removed. (`timeout` sends TERM to the shell and then to the whole group: the second one must not hit
 * the `rm`.) A program costs a machine more than what it does here, so that few are started for each file.
 */
export const receiveFilesScript = `umask 077
temporary=() paths=() sizes=() folders=()
trap 'exit 143' TERM
trap 'trap "" TERM; rm -f -- "\${temporary[@]}"' EXIT
while IFS=' ' read -r size mode path; do
  folder=\${path%/*}
  folder=\${folder:-/}
  [ -d "$folder" ] || (umask 022 && mkdir -p -- "$folder")
  temporary+=("$(mktemp -- "\${folder%/}/.\${path##*/}.XXXXXXXX")")
  paths+=("$path") sizes+=("$size") folders+=("$folder")
  head -c "$size" > "\${temporary[-1]}"
  [ "$mode" = 600 ] || chmod "$mode" -- "\${temporary[-1]}"
done
[ \${#paths[@]} -gt 0 ] || exit 0
came=$(stat -c %s -- "\${temporary[@]}")
[ "$came" = "$(printf '%s\\n' "\${sizes[@]}")" ] || { echo "the content of \${paths[-1]} ended early" >&2; exit 74; }
sync -- "\${temporary[@]}"
for i in "\${!paths[@]}"; do mv -fT -- "\${temporary[i]}" "\${paths[i]}"; done
sync -- "\${folders[@]}"
`;

/** The files as `receiveScript` reads them. @throws RangeError for a path that is not absolute or that a line can't hold. */
export function toFileFrames(files: readonly HostFile[]): (string | Uint8Array)[] {
  return files.flatMap(({ path, content, mode }) => {
    if (!/^\/(?!.*\/$)[^\n\0]*[^\s\0]$/.test(path))
      throw new RangeError(`writing ${JSON.stringify(path)}: not an absolute path of a file`);
    const bytes = toBytes(content);
    return [`${bytes.byteLength} ${mode.toString(8)} ${path}\n`, bytes];
  });
}

/** Whether a command failed because its disk is full. Commands tell only by the C library's text for ENOSPC, so it is read here. */
export function isDiskFull(result: CommandResult): boolean {
  return result.exitCode !== 0 && result.stderr.includes('No space left on device');
}

function toBytes(content: HostFile['content']): Uint8Array {
  if (content instanceof Secret) return content.revealBytes();
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
}
