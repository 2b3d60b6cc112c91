import { defineConfig } from 'vitest/config';

/** Unit tests for `npm run mutate`, without tests that start processes or take too long for each mutant. */
export default defineConfig({
  root: `${import.meta.dirname}/..`,
  test: {
    include: ['test/{commands,engine}/**/*.test.ts'],
    exclude: [
      'test/commands/authorization/authorizer.test.ts',
      'test/commands/notifier/approval-requests.test.ts',
      'test/engine/phases/phase-laws.test.ts',
      'test/engine/workflow/delete.test.ts',
      'test/engine/workflow/detect-drift.test.ts',
      'test/engine/workflow/store-unavailable.test.ts',
      'test/engine/workflow/two-processes.test.ts',
    ],
    // Loading modules again for each file would take longer than the tests.
    isolate: false,
    testTimeout: 30_000,
  },
});
