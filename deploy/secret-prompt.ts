import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Writable } from 'node:stream';

export interface SecretPrompt {
  /** Reads the next line without echo. */
  ask(label: string): Promise<string>;
  close(): void;
}

/** Reads secrets from a terminal without echo, or one per line from a pipe. */
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
        // Share one reader: on a pipe, each reader consumes more than one line.
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
