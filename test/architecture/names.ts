import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, type SourceFile } from './source-files.ts';

/** First words of function names. `is`, `has`, `can`, `should`, `exists`: predicates. `to`, `with`, `on`: conversion, scope, callback. */
const firstWords = new Set(
  `is has can should requires exists to with on
  accept acquire activate add align append apply assert assign attach block build cache call cancel capitalize catch change check claim classify clean clear clip
  close collect combine commit compare compute concat configure connect continue convert count create decide decode decrypt deduplicate define
  delete deliver derive describe detect diagnose diff disable discard dispose download drain draw drop edit emit enable encode encrypt end enqueue
  ensure enter escape estimate evaluate evict examine execute expand explain export extend extract fetch fill filter finalize find finish fit flush
  fold follow format generate get give grant group handle hash hide hold ignore import include insert inspect install intersect invoke issue
  iterate join keep kill limit list listen load lock log look lookup make map mark mask match measure merge monitor move name normalize notify
  observe omit open order pack pad paginate parse pass pause pick place plan poll post preempt prefix prepare preview print probe process
  provide publish put query quote raise read rebuild receive reconcile record recover redact redeem refresh register reject release reload
  remember remove rename render renew reopen repeat replace report request rescan reserve reset resize resolve respond restart restore resume
  retry return reveal reverse revoke rewrap rewrite rotate route run sample sanitize save say scale scan schedule scope seal search select send
  serialize serve set share shift show shut sign simplify simulate skip sleep sort spawn split start stop store stream strip submit subtract
  suggest suspend sum summarize swap sweep sync tail take test throttle throw toggle tokenize touch track transform translate trim truncate
  try uncordon unlock unpack unseal untrack unwrap update upload use validate verify visit wait wake walk warn watch wrap write yield`.split(
    /\s+/,
  ),
);

export function startsWithVerb(name: string): boolean {
  const [first = ''] = /^[a-z]+/.exec(name.replace(/^#/, '')) ?? [];
  return firstWords.has(first);
}

/** Terms of GLOSSARY.md in camel case, such as `hostStep` for "host step". */
export function readGlossaryTerms(): ReadonlySet<string> {
  const rows = readFileSync(join(root, 'GLOSSARY.md'), 'utf8').matchAll(/^\|\s*\**`?([^|`*]+?)`?\**\s*\|/gm);
  return new Set(Array.from(rows, ([, term = '']) => toCamelCase(term)));
}

function toCamelCase(term: string): string {
  if (/^\S+$/.test(term)) return term;
  return term.toLowerCase().replace(/[\s-]+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Exported functions that are neither verb-first nor a glossary term, as sentences. */
export function findNameViolations({ path, exports }: SourceFile, terms: ReadonlySet<string>): string[] {
  return exports
    .filter(({ name, kind }) => kind === 'function' && !startsWithVerb(name) && !terms.has(name))
    .map(({ name }) => `${path} exports ${name}(): start the name with a verb, or add the term to GLOSSARY.md`);
}

/** Share of functions and methods whose name starts with a verb, 0 to 1. */
export function getVerbShare(files: readonly SourceFile[]): number {
  const names = files.flatMap(({ functions }) => functions.map(({ name }) => name));
  return names.filter(startsWithVerb).length / names.length;
}

/** Declared names that GLOSSARY.md replaced, as sentences. Private names count without their `#`. */
export function findRetiredIdentifiers(
  { path, declared }: SourceFile,
  retired: Readonly<Record<string, string>>,
): string[] {
  return [...new Set(Array.from(declared, (name) => name.replace(/^#/, '')))]
    .filter((name) => Object.hasOwn(retired, name))
    .map((name) => `${path} declares ${name}: write ${retired[name]}`);
}
