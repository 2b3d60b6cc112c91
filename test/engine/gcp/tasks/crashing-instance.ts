import { startInstance } from './instance.ts';

// An instance in a process of its own, which ends without a word once it has made the step that it was told.
const { dieAfter, ...options } = JSON.parse(process.argv[2] ?? '{}');
const instance = await startInstance({
  ...options,
  killPoint(step, point) {
    if (step === dieAfter && point === 'after-call') process.kill(process.pid, 'SIGKILL');
  },
});
console.log(instance.url);
