import { Secret } from '../../store/vault/secret.ts';
import type { CommandResult, HostFile } from './ssh-client.ts';

/**
 * Reads files from standard input and writes them atomically. A line with size, mode and path precedes each file; `head`
 * reads exactly that many bytes. Files are renamed into place after all have been received and synced to disk; temporary
 * files are removed on failure. (`timeout` sends TERM to the shell and then to the whole group: the second one must not hit
 * the `rm`.) Starting programs dominates the cost, so the script starts few of them per file.
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
received=$(stat -c %s -- "\${temporary[@]}")
[ "$received" = "$(printf '%s\\n' "\${sizes[@]}")" ] || { echo "the content of \${paths[-1]} ended early" >&2; exit 74; }
sync -- "\${temporary[@]}"
for i in "\${!paths[@]}"; do mv -fT -- "\${temporary[i]}" "\${paths[i]}"; done
sync -- "\${folders[@]}"
`;

/** Encodes files for `receiveFilesScript`. @throws RangeError if a path is not absolute or contains a line break */
export function toFileFrames(files: readonly HostFile[]): (string | Uint8Array)[] {
  return files.flatMap(({ path, content, mode }) => {
    if (!/^\/(?!.*\/$)[^\n\0]*[^\s\0]$/.test(path))
      throw new RangeError(`writing ${JSON.stringify(path)}: not an absolute file path`);
    const bytes = toBytes(content);
    return [`${bytes.byteLength} ${mode.toString(8)} ${path}\n`, bytes];
  });
}

/** Whether a command failed on a full disk. The C library's message for ENOSPC is the only indication. */
export function isDiskFull(result: CommandResult): boolean {
  return result.exitCode !== 0 && result.stderr.includes('No space left on device');
}

function toBytes(content: HostFile['content']): Uint8Array {
  if (content instanceof Secret) return content.revealBytes();
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
}
