import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildCommandSkeleton } from './command-skeleton.ts';

import { buildMessageSkeleton } from './message-skeleton.ts';
import { parseName } from './names.ts';
import { buildPhaseSkeleton } from './phase-skeleton.ts';
import { writeSkeleton } from './skeleton.ts';

const builders = { phase: buildPhaseSkeleton, command: buildCommandSkeleton, message: buildMessageSkeleton } as const;
const usage = `usage: npm run new -- ${Object.keys(builders).join('|')} NAME`;

/** Generates the files of a phase, a command or a message. */
async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [kind = '', name = ''] = positionals;
  const build = Object.entries(builders).find(([key]) => key === kind)?.[1];
  if (!build || positionals.length !== 2) throw new Error(usage);
  const skeleton = build(parseName(name));
  const paths = await writeSkeleton(join(import.meta.dirname, '../..'), skeleton);
  console.log(`Wrote:\n${paths.map((path) => `  ${path}`).join('\n')}`);
  console.log(`Next:\n${skeleton.nextSteps.map((step, i) => `  ${i + 1}. ${step}`).join('\n')}`);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
