import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { InMemoryMachineBackend } from '../../../../local/compute/in-memory-machine-backend.ts';
import { type ComputeEmulator, startComputeEmulator } from '../../../../local/compute/start-compute-emulator.ts';
import { constraints } from '../../../../local/compute/state/organization-policies.ts';
import { KthwError } from '../../../../src/engine/cluster/errors.ts';
import { createComputeClient } from '../../../../src/engine/gcp/compute/create-compute-client.ts';
import { buildCluster } from '../../../fixtures/cluster.ts';

const region = 'us-central1';
const zone = 'us-central1-a';
const description = 'kthw cluster demo';
const labels = { 'kthw-cluster': 'demo' };
const check = {
  ...{ name: 'demo', description, host: 'kubernetes.default.svc.cluster.local', path: '/readyz', port: 80 },
  ...{ checkIntervalSec: 2, timeoutSec: 2, healthyThreshold: 1 },
};
const { signal } = new AbortController();
const call = () => ({ requestId: randomUUID(), signal });
const emulators: ComputeEmulator[] = [];
afterEach(async () => {
  for (const emulator of emulators.splice(0)) await emulator.close();
});

/** Creates a network, an instance and a load balancer in a project of an organization with these policies. */
async function createResources(organizationPolicies: typeof constraints): Promise<unknown[]> {
  const machines = new InMemoryMachineBackend();
  const emulator = await startComputeEmulator({
    machines,
    addressBlock: 56,
    operationDelayMs: 2,
    organizationPolicies,
  });
  emulators.push(emulator);
  const { url: endpoint, token } = emulator;
  const compute = createComputeClient({ project: 'kthw-test', endpoint, token, onCall: () => {} });
  const { subnet: range } = buildCluster();
  const inserts = [
    () => compute.networks.insert({ name: 'demo', description }, call()),
    () => compute.subnetworks.insert({ name: 'demo-subnet', region, network: 'demo', description, range }, call()),
    () =>
      compute.instances.insert(
        {
          ...{ name: 'demo-worker-0', zone, region, address: '10.240.0.20', machineType: 'e2-standard-2' },
          ...{ network: 'demo', subnetwork: 'demo-subnet', canIpForward: true, diskGb: 200, labels, tags: [] },
          image: 'ubuntu-os-cloud/ubuntu-2404-lts-amd64',
          metadata: { 'enable-oslogin': 'FALSE', 'enable-guest-attributes': 'TRUE' },
        },
        call(),
      ),
    () => compute.addresses.insert({ name: 'demo', region, description, labels }, call()),
    () => compute.healthChecks.insert(check, call()),
    () => compute.targetPools.insert({ name: 'demo', region, description, healthCheck: 'demo', instances: [] }, call()),
    async () => {
      const address = (await compute.addresses.get({ name: 'demo', region }, signal))?.address ?? '';
      const rule = { name: 'demo', region, description, labels, address, ports: '6443', targetPool: 'demo' };
      await compute.forwardingRules.insert(rule, call());
    },
  ];
  const failures: unknown[] = [];
  for (const insert of inserts) await insert().catch((error: unknown) => failures.push(error));
  return failures;
}

test('no policy forbids anything by default', async () => {
  expect(await createResources([])).toEqual([]);
});

test.each(constraints)('names %s and what its administrator must allow', async (constraint) => {
  const [error, ...later] = await createResources([constraint]);
  if (!(error instanceof KthwError)) throw new Error(`no error: ${String(error)}`);
  expect(error).toMatchObject({ code: 'policy-denied', kind: 'denied' });
  expect(error.message).toContain(constraint);
  expect(error.remedy).toMatch(/^ask the administrator of your Google Cloud organization to (allow|trust) /);
  expect(error.remedy).not.toContain('allow it in the policy');
  // Only the resources that depend on the forbidden one also fail.
  expect(later.filter((other) => (other as KthwError).code === 'policy-denied')).toEqual([]);
});
