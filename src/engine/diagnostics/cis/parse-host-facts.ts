import { parse } from 'yaml';
import type { FileFacts, MachineFacts, ProcessFacts, TextFacts, TextName } from './host-facts.ts';
import { textNames } from './host-facts.ts';

/** What the script in `facts-script.ts` printed. Pure; lines of others and those that are garbled are left out. */
export function parseFacts(text: string): MachineFacts {
  const lines = text.split('\n');
  const rest = (kind: string) =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
  const words = (kind: string, pattern: RegExp) =>
    rest(kind).flatMap((line) => {
      const found = pattern.exec(line);
      return found ? [found.slice(1)] : [];
    });
  const [log] = words('audit-log', /^(\d+)$/);
  return {
    processes: processesIn(words('process', /^(\S+) (\S+) (\d+)$/), words('flag', /^(\S+) (.*)$/)),
    files: new Map(
      words('file', /^([0-7]+) (\S+:\S+) (.+)$/).map(([mode = '', owner = '', path = '']): [string, FileFacts] => [
        path,
        { mode: Number.parseInt(mode, 8), owner },
      ]),
    ),
    texts: textsIn(words('text', /^(\S+) (\d+) (.+)$/), words('line', /^(\S+) (.*)$/)),
    ...(log ? { auditLogBytes: Number(log[0]) } : {}),
    providers: rest('provider'),
    keys: words('key', /^(\S+) (.+)$/).map(([publicKey = '', path = '']) => ({ publicKey, path })),
    authorities: words('authority', /^(\S+) (\S+) (\S+)$/).map(([service = '', flag = '', publicKey = '']) => ({
      ...{ service, flag, publicKey },
    })),
    networks: rest('network'),
  };
}

function processesIn(processes: readonly string[][], words: readonly string[][]): ReadonlyMap<string, ProcessFacts> {
  return new Map(
    processes.map(([service = '', user = '', startedAt = '']) => {
      const own = words.flatMap(([of, word = '']) => (of === service ? [word] : []));
      return [service, { user, startedAt: Number(startedAt), flags: flagsIn(own) }];
    }),
  );
}

/** `--name=value`, `--name value` and `--name`; the last one of a name counts, as it does for the programs. */
function flagsIn(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.flatMap((word, i) => {
      const [, name, value] = /^--([^=]+)(?:=(.*))?$/.exec(word) ?? [];
      if (name === undefined) return [];
      const next = words[i + 1];
      return [[name, value ?? (next === undefined || next.startsWith('--') ? 'true' : next)] as const];
    }),
  );
}

function textsIn(heads: readonly string[][], lines: readonly string[][]): ReadonlyMap<TextName, TextFacts> {
  return new Map(
    heads.flatMap(([of = '', changedAt = '', path = '']) => {
      const name = textNames.find((one) => one === of);
      if (!name) return [];
      const text = lines.flatMap(([of, line = '']) => (of === name ? [line] : [])).join('\n');
      return [[name, { path, changedAt: Number(changedAt), content: contentOf(text) }] as const];
    }),
  );
}

function contentOf(yaml: string): unknown {
  try {
    return parse(yaml, { version: '1.1' });
  } catch {
    return undefined;
  }
}
