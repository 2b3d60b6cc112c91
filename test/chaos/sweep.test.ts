import { expect, test } from 'vitest';
import { type Course, describeKill, findKillDamage, type Kill, recordCourse } from './sweep.ts';

// phase-laws.test.ts covers every kill point of every step on the smallest cluster; `npm run chaos` covers all.

test.each(['create', 'delete'] as const)(
  'a %s resumes after a kill between any two writes to the store',
  { timeout: 120_000 },
  async (operation) => {
    const course = await recordCourse(operation);
    // All points at the service's start and the runner's end; a sample of the middle.
    const sampled = course.writes.filter((_, i) => i < 24 || i >= course.writes.length - 24 || i % 11 === 0);
    expect(await listDamage(sampled, course)).toEqual([]);
  },
);

test.each(['rebuild', 'scale'] as const)(
  'an approved %s resumes after a kill at any point',
  { timeout: 120_000 },
  async (operation) => {
    const course = await recordCourse(operation);
    const removals = course.kills.filter((kill) => 'step' in kill && kill.step.startsWith('remove:'));
    // All deletions, and a sample of the rebuild and of the writes around the approval.
    const others = course.kills.filter((kill) => !removals.includes(kill));
    const sampled = [...removals, ...others.filter((_, i) => i % 15 === 7), ...course.writes.filter((_, i) => i < 20)];
    expect(removals.length).toBeGreaterThan(5);
    expect(await listDamage(sampled, course)).toEqual([]);
  },
);

test('a create with several controllers and workers resumes after a kill at any point', {
  timeout: 120_000,
}, async () => {
  const shape = { controllers: 3, workers: 2 } as const;
  const course = await recordCourse('create', shape);
  const sampled = course.kills.filter((_, i) => i % 12 === 5);
  expect(sampled.length).toBeGreaterThan(15);
  expect(await listDamage(sampled, course, shape)).toEqual([]);
});

async function listDamage(kills: readonly Kill[], course: Course, shape = {}): Promise<string[]> {
  const lines: string[] = [];
  for (const kill of kills) {
    const wrong = (await findKillDamage(kill, course, shape)) ?? [];
    if (wrong.length > 0) lines.push(`${describeKill(kill)}: ${wrong.join('; ')}`);
  }
  return lines;
}
