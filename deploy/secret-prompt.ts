import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';

export interface SecretPrompt {
  /** The next line, not shown where it is typed. */
  ask(label: string): Promise<string>;
  close(): void;
}

/** Secrets from a terminal without showing them, or a line each from a pipe. */
export function createSecretPrompt(
  input: Readable & { readonly isTTY?: boolean },
  write: (text: string) => void,
): SecretPrompt {
  let lines: AsyncIterator<string> | undefined;
  let close = (): void => {};
  return {
    async ask(label) {
      write(label);
      if (!lines) {
        const nullOutput = new Writable({ write: (_chunk, _encoding, done) => done() });
        const terminal = createInterface({ input, output: nullOutput, terminal: input.isTTY === true });
        // One for all questions: of a pipe, each reads further than its own line.
        lines = terminal[Symbol.asyncIterator]();
        close = () => terminal.close();
      }
      const { value, done } = await lines.next();
      write('\n');
      return done ? '' : value;
    },
    close: () => close(),
  };
}
