/**
 * Settings of the mutation tests. `npm run mutate` adds the folder to mutate and its tests.
 * @type {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner', './scripts/ignore-unreachable-code.mjs'],
  ignorers: ['unreachable-code'],
  vitest: { configFile: 'test/mutation.vitest.config.ts', related: true },
  coverageAnalysis: 'perTest',
  // A static mutant would run every test.
  ignoreStatic: true,
  // Most strings are titles and values of resources, which reviewed snapshots of messages and phases compare.
  mutator: { excludedMutations: ['StringLiteral'] },
  concurrency: 1,
  // A mutant that loops forever never gets far. A slow machine must not look like one.
  timeoutMS: 8_000,
  timeoutFactor: 2,
  incremental: true,
  cleanTempDir: 'always',
  ignorePatterns: ['.kthw', 'docs/images'],
  // Stryker rewrites this file with TypeScript's API, which TypeScript 7 lacks. The tests need no rewritten paths.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, reportTests: false, skipFull: true },
};
