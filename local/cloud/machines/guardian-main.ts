/** What a guardian runs when the process that posted it is gone: `guardian-main.ts STATE-FOLDER PROCESS-ID`. */
import { sweepAfter } from './sweep.ts';

const [stateDir = '', pid = ''] = process.argv.slice(2);
await sweepAfter(stateDir, Number(pid));
