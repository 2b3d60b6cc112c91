import { parse } from 'yaml';
import type { ConfigFileFacts, ConfigFileName, FileFacts, HostFacts, ProcessFacts } from './host-facts.ts';
import { configFileNames } from './host-facts.ts';

/** Parses the output of `hostFactsScript`. Ignores unknown and malformed lines. Pure. */
export function parseHostFacts(text: string): HostFacts {
  const lines = text.split('\n');
  const getLines = (prefix: string) =>
    lines.filter((line) => line.startsWith(`${prefix} `)).map((line) => line.slice(prefix.length + 1));
  const matchLines = (prefix: string, pattern: RegExp) =>
    getLines(prefix).flatMap((line) => {
      const match = pattern.exec(line);
      return match ? [match.slice(1)] : [];
    });
  const [auditLog] = matchLines('audit-log', /^(\d+)$/);
  return {
    processes: parseProcesses(matchLines('process', /^(\S+) (\S+) (\d+)$/), matchLines('flag', /^(\S+) (.*)$/)),
    files: new Map(
      matchLines('file', /^([0-7]+) (\S+:\S+) (.+)$/).map(([mode = '', owner = '', path = '']): [string, FileFacts] => [
        path,
        { mode: Number.parseInt(mode, 8), owner },
      ]),
    ),
    configFiles: parseConfigFiles(matchLines('text', /^(\S+) (\d+) (.+)$/), matchLines('line', /^(\S+) (.*)$/)),
    ...(auditLog ? { auditLogBytes: Number(auditLog[0]) } : {}),
    encryptionProviders: getLines('provider'),
    privateKeys: matchLines('key', /^(\S+) (.+)$/).map(([publicKey = '', path = '']) => ({ publicKey, path })),
    certificateAuthorities: matchLines('authority', /^(\S+) (\S+) (\S+)$/).map(
      ([service = '', flag = '', publicKey = '']) => ({
        service,
        flag,
        publicKey,
      }),
    ),
    cniPlugins: getLines('network'),
    hasMetadataFirewall: lines.includes('metadata-firewall active'),
  };
}

function parseProcesses(processes: readonly string[][], words: readonly string[][]): ReadonlyMap<string, ProcessFacts> {
  return new Map(
    processes.map(([service = '', user = '', startedAt = '']) => {
      const flagWords = words.flatMap(([owner, word = '']) => (owner === service ? [word] : []));
      return [service, { user, startedAt: Number(startedAt), flags: parseFlags(flagWords) }];
    }),
  );
}

/** Parses `--name=value`, `--name value` and `--name`. The last occurrence wins, as in the programs. */
function parseFlags(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.flatMap((word, i) => {
      const [, name, value] = /^--([^=]+)(?:=(.*))?$/.exec(word) ?? [];
      if (name === undefined) return [];
      const next = words[i + 1];
      return [[name, value ?? (next === undefined || next.startsWith('--') ? 'true' : next)] as const];
    }),
  );
}

function parseConfigFiles(
  headers: readonly string[][],
  lines: readonly string[][],
): ReadonlyMap<ConfigFileName, ConfigFileFacts> {
  return new Map(
    headers.flatMap(([header = '', modifiedAt = '', path = '']) => {
      const name = configFileNames.find((known) => known === header);
      if (!name) return [];
      const text = lines.flatMap(([file, line = '']) => (file === name ? [line] : [])).join('\n');
      return [[name, { path, modifiedAt: Number(modifiedAt), content: parseYaml(text) }] as const];
    }),
  );
}

function parseYaml(yaml: string): unknown {
  try {
    return parse(yaml, { version: '1.1' });
  } catch {
    return undefined;
  }
}
