import { startInstance } from './instance.ts';

// An instance in a separate process that crashes after applying the given step.
const { dieAfter, ...options } = JSON.parse(process.argv[2] ?? '{}');
const instance = await startInstance({
  ...options,
  killPoint(step, point) {
    if (step === dieAfter && point === 'after-call') process.kill(process.pid, 'SIGKILL');
  },
});
console.log(instance.url);
