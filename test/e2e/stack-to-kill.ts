/** Started as a process of its own, to be killed: starts a stack in the folder named and says, as JSON, where it is. */
import { startStack } from '../../local/stack.ts';

const [stateDir = ''] = process.argv.slice(2);
const stack = await startStack({ stateDir, log: (line) => console.error(line) });
console.log(JSON.stringify({ workspaceUrl: stack.workspaceUrl }));
