import { expect, test } from 'vitest';
import { hasDestructionBegun, previewRunDestruction } from '../../../src/engine/workflow/destruction-preview.ts';
import type { PlannedStep } from '../../../src/engine/workflow/plan.ts';
import { foldEvents } from '../../../src/engine/workflow/run-state.ts';
import { buildPhase, buildStep, toStoredEvents } from '../../fixtures/plan.ts';

const preview = { previewDestruction: async () => ({ lines: ['pod one', 'pod two'], fingerprint: 'x' }) };
const common = { phase: buildPhase('a', []), isMutating: true, dependsOn: [] };
const application: PlannedStep = {
  ...common,
  id: 'a/1',
  step: buildStep('a/1', { destructive: preview, removable: { remove: async () => {} } }),
  direction: 'forward',
  isDestructive: true,
};
const harmless: PlannedStep = { ...application, id: 'a/0', isDestructive: false };

function createRemoval(changes: Partial<typeof preview> = {}): PlannedStep {
  const step = { ...buildStep('a/2'), removable: { remove: async () => {}, ...changes } };
  return { ...common, id: 'remove:a/2', step, direction: 'backward', isDestructive: true };
}

async function listLines(...planned: readonly PlannedStep[]) {
  return (await previewRunDestruction(planned, {} as never, undefined)).lines;
}

test('a preview has the lines of destructive steps only', async () => {
  expect(await listLines(harmless)).toEqual([]);
  expect(await listLines(harmless, application)).toEqual(['pod one', 'pod two']);
  expect(await listLines(createRemoval(preview))).toEqual(['pod one', 'pod two']);
});

test('a removal without a preview is shown by its title', async () => {
  expect(await listLines(createRemoval())).toEqual(['title of a/2']);
});

test('the digest covers the run that the approval stops', async () => {
  const digests = await Promise.all(
    [undefined, 'run-1', 'run-2'].map((run) => previewRunDestruction([application], {} as never, run)),
  );
  expect(new Set(digests.map(({ digest }) => digest)).size).toBe(3);
});

test('a destruction has begun when one of its steps has started', () => {
  const planned = [harmless, application, createRemoval()];
  const start = (step: string) =>
    foldEvents(toStoredEvents({ type: 'step.started', step, attempt: 1, requestId: crypto.randomUUID() }));
  expect(hasDestructionBegun(planned, foldEvents([]))).toBe(false);
  expect(hasDestructionBegun(planned, start('a/0'))).toBe(false);
  expect(hasDestructionBegun(planned, start('a/1'))).toBe(true);
});
