/** Started as a process of its own, to be killed: opens machines in the state folder named, boots one and says so. */
import { openNspawnMachines } from '../../../../local/compute/machines/nspawn/nspawn-machine-backend.ts';
import { machinePlan } from './test-environment.ts';

const [stateDir = ''] = process.argv.slice(2);
const machines = await openNspawnMachines({ stateDir, internet: [] });
await machines.shapeNetwork({
  name: 'demo',
  subnets: [{ name: 'nodes', range: '10.240.0.0/24' }],
  routes: [],
  firewall: [],
  external: [],
});
await machines.create(machinePlan('one', '10.240.0.10'));
console.log('booted');
