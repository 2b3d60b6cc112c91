/** One package repository, parsed from either format of apt source files. */
interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
}

const debianSuites = new Set([
  'bookworm',
  'trixie',
  'forky',
  'bullseye',
  'sid',
  'unstable',
  'testing',
  'stable',
  'oldstable',
]);

/**
 * Finds the main Debian mirror in apt source files of either format.
 * Ignores security updates, other distributions and vendor repositories. Format: sources.list(5).
 */
export function findDebianMirror(texts: readonly string[]): string | undefined {
  for (const source of texts.flatMap((text) =>
    /^\s*Types\s*:/im.test(text) ? parseDeb822Sources(text) : parseOneLineSources(text),
  )) {
    if (!source.suites.some((suite) => debianSuites.has(suite))) continue;
    const uri = source.uris.find(
      (each) => /^(https?|file):/.test(each) && /\/debian\/?$|\/archive\/debian\//.test(each),
    );
    if (uri !== undefined) return uri;
  }
  return undefined;
}

function parseDeb822Sources(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    let last = '';
    for (const line of stanza.split('\n')) {
      if (line.startsWith('#')) continue;
      const field = /^([A-Za-z-]+)\s*:(.*)$/.exec(line);
      if (field?.[1] !== undefined) last = field[1].toLowerCase();
      else if (!/^\s/.test(line)) continue;
      fields.set(last, `${fields.get(last) ?? ''} ${field?.[2] ?? line}`.trim());
    }
    if (fields.get('enabled')?.toLowerCase() === 'no' || !splitWords(fields.get('types')).includes('deb')) return [];
    return [{ uris: splitWords(fields.get('uris')), suites: splitWords(fields.get('suites')) }];
  });
}

function parseOneLineSources(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line);
    return found?.[1] === undefined || found[2] === undefined ? [] : [{ uris: [found[1]], suites: [found[2]] }];
  });
}

function splitWords(value: string | undefined): string[] {
  return (value ?? '').split(/\s+/).filter((word) => word !== '');
}
