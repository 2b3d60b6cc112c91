import { framesOf, receiveScript } from './file-transfer.ts';
import type { Part } from './ssh-client.ts';

/** One script of several, each with its own share of standard input; what a part leaves unread is gone before the next. */
export function inTurn(parts: readonly Part[]): { script: string; stdin: (string | Uint8Array)[] } {
  const shares = parts.map((part) =>
    'write' in part
      ? { script: receiveScript, stdin: framesOf(part.write) }
      : { script: part.run, stdin: part.stdin === undefined ? [] : [part.stdin] },
  );
  return {
    script: shares.map(({ script, stdin }) => `(\n${script}\n) < <(head -c ${sizeOf(stdin)})`).join('\n'),
    stdin: shares.flatMap(({ stdin }) => stdin),
  };
}

function sizeOf(stdin: readonly (string | Uint8Array)[]): number {
  return stdin.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}
