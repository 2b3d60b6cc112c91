import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePhase } from '../../../../src/engine/steps/cluster-step.ts';
import type { Phase, Step, WorkflowContext } from '../../../../src/engine/workflow/step.ts';
import { stepHandle } from '../../../../src/engine/workflow/step-handle.ts';

export interface TutorialOptions {
  /** Holds what is made, so that processes share it. */
  readonly folder: string;
  /** Called in the middle of making. */
  readonly making?: (key: string, c: WorkflowContext) => Promise<void>;
  /** Keys of steps that need an approval. */
  readonly destroying?: readonly string[];
}

/** Two phases whose steps create one file each. */
export function tutorial({ folder, making = async () => {}, destroying = [] }: TutorialOptions): readonly Phase[] {
  mkdirSync(folder, { recursive: true });

  function fileStep(key: string, ...dependencies: readonly string[]): Step {
    const file = join(folder, key.replace('/', '-'));
    return {
      handle: stepHandle(key),
      title: key,
      dependsOn: dependencies.map(stepHandle),
      ...(destroying.includes(key) ? { destructive: { previewDestruction } } : {}),
      observe: async () => (existsSync(file) ? { status: 'present' } : { status: 'absent' }),
      async apply(c) {
        await making(key, c);
        appendFileSync(join(folder, 'made'), `${key}\n`);
        writeFileSync(file, '');
      },
      removable: { remove: async () => rmSync(file, { force: true }) },
    };
  }

  return [
    definePhase({
      name: 'first',
      title: 'First',
      chapter: 1,
      steps: () => [fileStep('first/one'), fileStep('first/two', 'first/one')],
    }),
    definePhase({
      name: 'second',
      title: 'Second',
      chapter: 2,
      steps: () => [fileStep('second/one', 'first/one', 'first/two')],
    }),
  ];
}

async function previewDestruction() {
  return { lines: ['what it replaces'], fingerprint: '' };
}

/** Steps in the order in which their apply completed. */
export function madeIn(folder: string): string[] {
  const file = join(folder, 'made');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}
