/**
 * The bot, killed as by a power failure at points from a file. `KILL_AT_FILE` names the file; each line is
 * `step-key:point`. A line is removed before the kill, so that the next process gets further.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';

const file = process.env.KILL_AT_FILE ?? '';
const operationDeadlineMs = Number(process.env.OPERATION_DEADLINE_MS ?? 600_000);

const bot = await startApp(readConfig(process.env), {
  compute: { operationDeadlineMs },
  killPoint(step, point) {
    const lines = readFileSync(file, 'utf8').split('\n');
    const at = lines.indexOf(`${step}:${point}`);
    if (at < 0) return;
    writeFileSync(file, lines.toSpliced(at, 1).join('\n'));
    process.kill(process.pid, 'SIGKILL');
  },
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void bot.stop().then(() => process.exit(0)));
}
