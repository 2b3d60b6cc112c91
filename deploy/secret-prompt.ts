import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';

export interface Asking {
  /** The next line, not shown where it is typed. */
  ask(what: string): Promise<string>;
  close(): void;
}

/** Secrets from a terminal without showing them, or a line each from a pipe. */
export function askHidden(input: Readable & { readonly isTTY?: boolean }, say: (text: string) => void): Asking {
  let lines: AsyncIterator<string> | undefined;
  let close = (): void => {};
  return {
    async ask(what) {
      say(what);
      if (!lines) {
        const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
        const terminal = createInterface({ input, output: nowhere, terminal: input.isTTY === true });
        // One for all questions: of a pipe, each reads further than its own line.
        lines = terminal[Symbol.asyncIterator]();
        close = () => terminal.close();
      }
      const { value, done } = await lines.next();
      say('\n');
      return done ? '' : value;
    },
    close: () => close(),
  };
}
