import { beforeAll, describe, expect, it } from 'vitest';
import { bodies, localCloud, region, zone } from './compute-emulator.ts';

describe('deletions in the Compute Engine emulator', () => {
  const cloud = localCloud();
  const [ask, done] = [cloud.on('p'), cloud.done('p')];

  beforeAll(async () => {
    await done('POST', 'global/networks', bodies.network());
    await done('POST', `${region}/subnetworks`, bodies.subnetwork());
    await done('POST', `${region}/addresses`, { name: 'ip' });
    const natIP = (await ask('GET', `${region}/addresses/ip`)).body.address;
    const accessConfigs = [{ type: 'ONE_TO_ONE_NAT', natIP }];
    await done('POST', `${zone}/instances`, bodies.instance('vm', {}, { accessConfigs }));
  });

  it('refuses to delete an instance until its deletion protection is off', async () => {
    await done('POST', `${zone}/instances/vm/setDeletionProtection?deletionProtection=true`);
    expect((await ask('GET', `${zone}/instances/vm`)).body.deletionProtection).toBe(true);
    const refusal = await ask('DELETE', `${zone}/instances/vm`);
    expect(refusal.status).toBe(400);
    expect(refusal.body.error.message).toContain('protected against deletion');
    await done('POST', `${zone}/instances/vm/setDeletionProtection?deletionProtection=false`);
    expect((await ask('GET', `${zone}/instances/vm`)).body.deletionProtection).toBe(false);
  });

  it('refuses to delete an address that an instance uses', async () => {
    const refusal = await ask('DELETE', `${region}/addresses/ip`);
    expect(refusal.status).toBe(400);
    expect(refusal.body.error).toMatchObject({
      errors: [{ reason: 'resourceInUseByAnotherResource' }],
      message: expect.stringContaining(`${zone}/instances/vm'`),
    });
    await done('DELETE', `${zone}/instances/vm`);
    await done('DELETE', `${region}/addresses/ip`);
  });

  it('refuses to delete a network until its peering is removed', async () => {
    await done('POST', 'global/networks', bodies.network('shop'));
    const networkPeering = { name: 'to-net', network: 'global/networks/net', exchangeSubnetRoutes: true };
    await done('POST', 'global/networks/shop/addPeering', { networkPeering });
    expect((await ask('GET', 'global/networks/shop')).body.peerings).toMatchObject([
      { name: 'to-net', state: 'INACTIVE', network: expect.stringContaining('global/networks/net') },
    ]);
    expect(await ask('POST', 'global/networks/shop/addPeering', { networkPeering })).toMatchObject({ status: 409 });
    const refusal = await ask('DELETE', 'global/networks/shop');
    expect(refusal.body.error).toMatchObject({ errors: [{ reason: 'resourceInUseByAnotherResource' }] });
    expect(await ask('POST', 'global/networks/shop/removePeering', { name: 'other' })).toMatchObject({ status: 404 });
    await done('POST', 'global/networks/shop/removePeering', { name: 'to-net' });
    await done('DELETE', 'global/networks/shop');
  });
});
