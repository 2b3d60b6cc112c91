import { readFile } from 'node:fs/promises';
import { renderTrace } from '../trace/render-trace.ts';
import type { TraceLine } from '../trace/trace-file.ts';
import { runAdminCommand } from './run-admin-command.ts';

/** `npm run trace -- FILE`: prints the runs of a `KTHW_TRACE_FILE` by phase and step. */
await runAdminCommand('printing a trace', async ([path]) => {
  if (path === undefined) throw new Error('usage: npm run trace -- FILE');
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  for (const line of renderTrace(lines.map((text): TraceLine => JSON.parse(text)))) console.log(line);
});
