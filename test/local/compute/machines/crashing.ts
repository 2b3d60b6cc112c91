/** Separate process to be killed: uses the given state directory, boots one machine and reports it. */
import { createNspawnMachineBackend } from '../../../../local/compute/machines/nspawn/nspawn-machine-backend.ts';
import { machinePlan } from './test-environment.ts';

const [stateDir = ''] = process.argv.slice(2);
const machines = await createNspawnMachineBackend({ stateDir, internet: [] });
await machines.applyNetwork({
  name: 'demo',
  subnets: [{ name: 'nodes', range: '10.240.0.0/24' }],
  routes: [],
  firewall: [],
  externalAddresses: [],
});
await machines.create(machinePlan('one', '10.240.0.10'));
console.log('booted');
