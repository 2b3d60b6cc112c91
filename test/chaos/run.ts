import { parseArgs } from 'node:util';
import { describeKill, findKillDamage, operations, recordCourse } from './sweep.ts';

/**
 * Kills the engine at every kill point of every step of a create, delete, rebuild and scale, each in a new environment,
 * and lets another process resume. `--writes`: also before and after every write to the store.
 */
const { values } = parseArgs({
  options: {
    controllers: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    writes: { type: 'boolean', default: false },
  },
});
const shape = { controllers: Number(values.controllers) as 1 | 3 | 5, workers: Number(values.workers) };

let points = 0;
let survived = 0;
for (const operation of operations) {
  const course = await recordCourse(operation, shape);
  for (const kill of values.writes ? [...course.kills, ...course.writes] : course.kills) {
    const wrong = await findKillDamage(kill, course, shape);
    if (!wrong) continue;
    points++;
    if (wrong.length === 0) survived++;
    else console.log(`${describeKill(kill)}: ${wrong.join('; ').slice(0, 600)}`);
  }
}
console.log(`${points} kill points, ${survived} survived`);
process.exitCode = points === survived ? 0 : 1;
