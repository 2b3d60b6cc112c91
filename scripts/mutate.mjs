// Runs the mutation tests and prints the score of each folder. Exits with 1 when a score is below the target.
// Usage: npm run mutate [-- [--mutate GLOB] [--concurrency N] [FOLDER…]]
// JavaScript, because TypeScript would need the types of Stryker in every check.
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, matchesGlob, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

const targetScore = 90;

/** Tests by folder. A test far from the code is slow, and says little about the code that it reaches. */
const testsByFolder = {
  'commands/authorization': ['commands/authorization'],
  'commands/notifier': ['commands/notifier'],
  'engine/ssh-access': ['engine/ssh-access'],
  'engine/workflow': ['engine/workflow'],
  'engine/steps': ['engine/steps', 'engine/phases'],
  'engine/phases': ['engine/phases', 'engine/workflow/delete.test.ts'],
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { mutate: { type: 'string' }, concurrency: { type: 'string', default: '1' } },
});
const tempDirName = join(tmpdir(), `kthw-mutation-${process.pid}`);
process.on('exit', () => rmSync(tempDirName, { recursive: true, force: true }));

const rows = [];
for (const [folder, tests] of Object.entries(testsByFolder).filter(isSelected)) {
  const startedAt = Date.now();
  const mutate = values.mutate ?? `src/${folder}/**/*.ts`;
  const results = await new Stryker({
    mutate: [mutate],
    testFiles: tests.map((path) => (path.endsWith('.ts') ? `test/${path}` : `test/${path}/**/*.test.ts`)),
    concurrency: Number(values.concurrency),
    incrementalFile: `.kthw/mutation/${folder.replace('/', '-')}.json`,
    tempDirName,
  }).runMutationTest();
  // Stryker also returns results of other files, from the cache.
  const selected = results.filter(({ fileName }) => matchesGlob(relative('', fileName), mutate));
  rows.push({ folder, ...summarize(selected), minutes: Math.ceil((Date.now() - startedAt) / 60_000) });
}
console.table(rows);
process.exitCode = rows.every(({ score }) => score >= targetScore) ? 0 : 1;

function isSelected([folder]) {
  if (values.mutate) return values.mutate.startsWith(`src/${folder}/`);
  return positionals.length === 0 || positionals.some((name) => folder.endsWith(name));
}

/** A mutant that no test reaches survived, too. */
function summarize(results) {
  const count = (...statuses) => results.filter(({ status }) => statuses.includes(status)).length;
  const killed = count('Killed', 'Timeout');
  const survived = count('Survived', 'NoCoverage');
  return { killed, survived, score: Math.round((1_000 * killed) / Math.max(1, killed + survived)) / 10 };
}
