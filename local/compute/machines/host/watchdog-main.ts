/** Entry point of the watchdog after its process has died: `watchdog-main.ts STATE-DIRECTORY PROCESS-ID`. */
import { cleanUpAfterProcess } from './clean-up.ts';

const [stateDir = '', pid = ''] = process.argv.slice(2);
await cleanUpAfterProcess(stateDir, Number(pid));
