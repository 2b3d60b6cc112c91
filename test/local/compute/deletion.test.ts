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
});
