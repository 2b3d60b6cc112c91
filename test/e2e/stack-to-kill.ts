/** Separate process to be killed: starts a stack in the given directory and prints its addresses as JSON. */
import { startStack } from '../../local/stack.ts';

const [stateDir = ''] = process.argv.slice(2);
const stack = await startStack({ stateDir, log: (line) => console.error(line) });
console.log(JSON.stringify({ workspaceUrl: stack.workspaceUrl }));
