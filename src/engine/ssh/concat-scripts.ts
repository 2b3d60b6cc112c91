import { receiveFilesScript, toFileFrames } from './receive-files.ts';
import type { SshOperation } from './ssh-client.ts';

/** Combines operations into one script. Each part gets its own section of standard input; unread input is discarded. */
export function concatScripts(operations: readonly SshOperation[]): { script: string; stdin: (string | Uint8Array)[] } {
  const scripts = operations.map((operation) =>
    'write' in operation
      ? { script: receiveFilesScript, stdin: toFileFrames(operation.write) }
      : { script: operation.run, stdin: operation.stdin === undefined ? [] : [operation.stdin] },
  );
  return {
    script: scripts.map(({ script, stdin }) => `(\n${script}\n) < <(head -c ${computeSize(stdin)})`).join('\n'),
    stdin: scripts.flatMap(({ stdin }) => stdin),
  };
}

function computeSize(stdin: readonly (string | Uint8Array)[]): number {
  return stdin.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}
