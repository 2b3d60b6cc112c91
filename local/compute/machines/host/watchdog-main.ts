/** What a guardian runs when the process that posted it is gone: `watchdog-main.ts STATE-FOLDER PROCESS-ID`. */
import { cleanUpAfterProcess } from './clean-up.ts';

const [stateDir = '', pid = ''] = process.argv.slice(2);
await cleanUpAfterProcess(stateDir, Number(pid));
