import {
  AddressesClient,
  FirewallsClient,
  GlobalOperationsClient,
  InstancesClient,
  NetworksClient,
  RegionOperationsClient,
  RegionsClient,
  SubnetworksClient,
  TargetPoolsClient,
  ZoneOperationsClient,
} from '@google-cloud/compute';
import { OAuth2Client } from 'google-auth-library';
import { describe, expect, it } from 'vitest';
import { bodies, localCloud } from './compute-emulator.ts';

const project = 'kthw-client';
const region = 'us-central1';
const zone = 'us-central1-a';

describe("Google's client library", () => {
  const cloud = localCloud({ operationDelayMs: 30, quotas: { CPUS: 4 } });

  function options() {
    const { hostname, port } = new URL(cloud.url());
    const authClient = new OAuth2Client();
    authClient.setCredentials({ access_token: cloud.token() });
    return { apiEndpoint: hostname, port: Number(port), protocol: 'http', fallback: true, authClient };
  }

  /** Waits until DONE with the operations of the right scope, as the engine does. */
  async function done(begun: Promise<unknown[]>) {
    // biome-ignore lint/suspicious/noExplicitAny: the client's own type of an operation is a union of unions
    const [{ latestResponse }] = (await begun) as any[];
    let operation = latestResponse;
    while (operation.status !== 'DONE') [operation] = await wait(operation);
    return operation;
  }

  // biome-ignore lint/suspicious/noExplicitAny: see above
  async function wait(operation: any): Promise<any[]> {
    const at = { project, operation: operation.name };
    if (operation.zone) return new ZoneOperationsClient(options()).wait({ ...at, zone });
    if (operation.region) return new RegionOperationsClient(options()).wait({ ...at, region });
    return new GlobalOperationsClient(options()).wait(at);
  }

  it('creates, gets, lists and deletes the resources of a cluster', async () => {
    const [networks, subnetworks, firewalls, addresses, instances, pools] = [
      new NetworksClient(options()),
      new SubnetworksClient(options()),
      new FirewallsClient(options()),
      new AddressesClient(options()),
      new InstancesClient(options()),
      new TargetPoolsClient(options()),
    ];
    const network = { project, networkResource: bodies.network(), requestId: crypto.randomUUID() };
    const [first, again] = await Promise.all([networks.insert(network), networks.insert(network)]);
    expect(again[0].name).toBe(first[0].name);
    expect((await done(Promise.resolve(first))).error).toBeFalsy();
    await done(subnetworks.insert({ project, region, subnetworkResource: bodies.subnetwork() }));
    await done(firewalls.insert({ project, firewallResource: bodies.firewall() }));
    await done(addresses.insert({ project, region, addressResource: { name: 'ip', labels: { kthw: 'c' } } }));
    const labels = { 'kthw-cluster': 'c' };
    await Promise.all(
      ['vm-0', 'vm-1'].map((name) =>
        done(
          instances.insert({
            project,
            zone,
            instanceResource: bodies.instance(name, { labels, tags: { items: ['worker'] } }),
          }),
        ),
      ),
    );
    const overQuota = await done(instances.insert({ project, zone, instanceResource: bodies.instance('vm-2') }));
    expect(overQuota).toMatchObject({ error: { errors: [{ code: 'QUOTA_EXCEEDED' }] }, httpErrorStatusCode: 403 });
    await done(
      pools.insert({
        project,
        region,
        targetPoolResource: { name: 'pool', instances: [`zones/${zone}/instances/vm-0`] },
      }),
    );

    const [firewall] = await firewalls.get({ project, firewall: 'fw' });
    expect(firewall).toMatchObject({ priority: 1000, direction: 'INGRESS', disabled: false });
    const [address] = await addresses.get({ project, region, address: 'ip' });
    expect(address).toMatchObject({ status: 'RESERVED', addressType: 'EXTERNAL', networkTier: 'PREMIUM' });
    const [found] = await instances.get({ project, zone, instance: 'vm-0' });
    expect(found).toMatchObject({
      status: 'RUNNING',
      labels,
      networkInterfaces: [{ networkIP: expect.stringMatching(/^10\.240\.0\.\d+$/) }],
    });
    const seen: string[] = [];
    for await (const [scope, { instances: here }] of instances.aggregatedListAsync({
      project,
      filter: 'labels.kthw-cluster=c',
      maxResults: 1,
    })) {
      seen.push(...(here ?? []).map(({ name }) => `${scope} ${name}`));
    }
    expect(seen).toEqual([`zones/${zone} vm-0`, `zones/${zone} vm-1`]);
    const [{ quotas }] = await new RegionsClient(options()).get({ project, region });
    expect(quotas).toContainEqual(expect.objectContaining({ metric: 'CPUS', limit: 4, usage: 4 }));

    await expect(networks.delete({ project, network: 'net' })).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining('already being used by'),
    });
    await expect(networks.get({ project, network: 'nowhere' })).rejects.toMatchObject({ code: 5 });
    await expect(networks.insert({ project, networkResource: bodies.network() })).rejects.toMatchObject({ code: 10 });
    await done(instances.stop({ project, zone, instance: 'vm-1' }));
    await Promise.all([
      done(instances.delete({ project, zone, instance: 'vm-0', requestId: crypto.randomUUID() })),
      done(instances.delete({ project, zone, instance: 'vm-1' })),
      done(firewalls.delete({ project, firewall: 'fw' })),
      done(pools.delete({ project, region, targetPool: 'pool' })),
      done(addresses.delete({ project, region, address: 'ip' })),
    ]);
    await done(subnetworks.delete({ project, region, subnetwork: 'sub' }));
    await done(networks.delete({ project, network: 'net' }));
    await expect(networks.get({ project, network: 'net' })).rejects.toMatchObject({ code: 5 });
    expect(cloud.machines.networks.size).toBe(0);
  });
});
