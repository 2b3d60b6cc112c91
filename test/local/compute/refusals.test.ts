import { beforeAll, describe, expect, it } from 'vitest';
import { bodies, localCloud, region, zone } from './compute-emulator.ts';

describe('errors of the Compute Engine emulator', () => {
  const cloud = localCloud({ quotas: { STATIC_ADDRESSES: 1 } });
  const [ask, done] = [cloud.on('p'), cloud.done('p')];

  beforeAll(async () => {
    await done('POST', 'global/networks', bodies.network());
    await done('POST', `${region}/subnetworks`, bodies.subnetwork());
    await done('POST', 'global/firewalls', bodies.firewall());
    await done('POST', `${region}/addresses`, { name: 'ip' });
    await done('POST', `${zone}/instances`, bodies.instance());
    await done('POST', 'global/httpHealthChecks', { name: 'check' });
    await done('POST', `${region}/targetPools`, { name: 'pool', healthChecks: ['global/httpHealthChecks/check'] });
    const target = `${region}/targetPools/pool`;
    const IPAddress = (await ask('GET', `${region}/addresses/ip`)).body.address;
    await done('POST', `${region}/forwardingRules`, { name: 'rule', target, IPAddress, portRange: '6443' });
  });

  const instance = (more: object, nic: object = {}) => bodies.instance('other', more, nic);
  it.each([
    ['a name that is taken', 'POST', 'global/networks', bodies.network(), 409, 'alreadyExists'],
    ['a name that no resource may have', 'POST', 'global/networks', bodies.network('Net_1'), 400, 'invalid'],
    ['no name', 'POST', 'global/httpHealthChecks', {}, 400, 'required'],
    ['what is not there', 'GET', 'global/networks/none', undefined, 404, 'notFound'],
    ['deleting what is not there', 'DELETE', `${zone}/instances/none`, undefined, 404, 'notFound'],
    ['a network that is not there', 'POST', 'global/firewalls', bodies.firewall('f', 'none'), 404, 'notFound'],
    [
      'a link to nothing sensible',
      'POST',
      'global/firewalls',
      { ...bodies.firewall('f'), network: 'net' },
      400,
      'invalid',
    ],
    [
      'a link to another kind',
      'POST',
      'global/firewalls',
      { ...bodies.firewall('f'), network: 'global/routes/net' },
      400,
      'invalid',
    ],
    [
      'a field that Google has not',
      'POST',
      'global/networks',
      { ...bodies.network('n'), colour: 'red' },
      400,
      'badRequest',
    ],
    [
      'a field within that Google has not',
      'POST',
      'global/firewalls',
      { ...bodies.firewall('f'), allowed: [{ protocol: 'tcp' }] },
      400,
      'badRequest',
    ],
    ['a label with capitals', 'POST', `${region}/addresses`, { name: 'x', labels: { Cluster: 'c' } }, 400, 'invalid'],
    ['a label value with capitals', 'POST', `${region}/addresses`, { name: 'x', labels: { k: 'V' } }, 400, 'invalid'],
    [
      'a metadata value of 300 KB',
      'POST',
      `${zone}/instances`,
      instance({ metadata: { items: [{ key: 'a', value: 'x'.repeat(300_000) }] } }),
      400,
      'invalid',
    ],
    ['a path that can not be decoded', 'GET', 'zones/%zz', undefined, 404, 'notFound'],
    [
      'a value of another type',
      'POST',
      'global/firewalls',
      { ...bodies.firewall('f'), priority: 'high' },
      400,
      'invalid',
    ],
    [
      'a text where a flag belongs',
      'POST',
      'global/networks',
      { name: 'n', autoCreateSubnetworks: 'no' },
      400,
      'invalid',
    ],
    ['a body that is a list', 'POST', 'global/networks', [], 400, 'badRequest'],
    ['a body that is no JSON', 'POST', 'global/networks', '{', 400, 'badRequest'],
    ['a parameter that the method has not', 'GET', 'global/networks?colour=red', undefined, 400, 'badRequest'],
    ['a request id that is no UUID', 'POST', 'global/networks?requestId=1', bodies.network('n'), 400, 'invalid'],
    [
      'the zero request id',
      'POST',
      'global/networks?requestId=00000000-0000-0000-0000-000000000000',
      bodies.network('n'),
      400,
      'invalid',
    ],
    [
      'a range that overlaps another',
      'POST',
      `${region}/subnetworks`,
      bodies.subnetwork('s', 'net', '10.240.0.128/25'),
      400,
      'invalid',
    ],
    [
      'a range with bits beyond its prefix',
      'POST',
      `${region}/subnetworks`,
      bodies.subnetwork('s', 'net', '10.1.0.1/24'),
      400,
      'invalid',
    ],
    [
      'a firewall rule that allows nothing',
      'POST',
      'global/firewalls',
      { ...bodies.firewall('f'), allowed: [] },
      400,
      'invalid',
    ],
    [
      'a port that is none',
      'POST',
      'global/firewalls',
      { ...bodies.firewall('f'), allowed: [{ IPProtocol: 'tcp', ports: ['70000'] }] },
      400,
      'invalid',
    ],
    [
      'an egress rule, which nothing would enforce',
      'POST',
      'global/firewalls',
      { ...bodies.firewall('f'), direction: 'EGRESS' },
      501,
      'notImplemented',
    ],
    ['a method that is not here', 'POST', `${zone}/instances/vm/suspend`, {}, 501, 'notImplemented'],
    ['a path that is nowhere', 'GET', 'global/nothing', undefined, 404, 'notFound'],
    ['a zone that is nowhere', 'GET', 'zones/mars-a/instances', undefined, 400, 'invalid'],
    ['a region that is nowhere', 'POST', 'regions/mars/addresses', { name: 'a' }, 400, 'invalid'],
    ['one address more than the quota', 'POST', `${region}/addresses`, { name: 'ip-2' }, 403, 'quotaExceeded'],
    [
      'a machine type that is not there',
      'POST',
      `${zone}/instances`,
      instance({ machineType: `${zone}/machineTypes/z9-huge` }),
      404,
      'notFound',
    ],
    [
      'a prototype’s key as a machine type',
      'POST',
      `${zone}/instances`,
      instance({ machineType: `${zone}/machineTypes/constructor` }),
      404,
      'notFound',
    ],
    [
      'a prototype’s key as an image project',
      'POST',
      `${zone}/instances`,
      instance({ disks: [{ initializeParams: { sourceImage: 'projects/constructor/global/images/family/name' } }] }),
      404,
      'notFound',
    ],
    ['a prototype’s key as a region', 'POST', 'regions/constructor/addresses', { name: 'a' }, 400, 'invalid'],
    ['a prototype’s key as a collection', 'GET', 'global/constructor', undefined, 404, 'notFound'],
    ['a prototype’s key as a field', 'POST', 'global/networks', JSON.parse('{"__proto__":{}}'), 400, 'badRequest'],
    [
      'an image family that is not there',
      'POST',
      `${zone}/instances`,
      instance({
        disks: [{ initializeParams: { sourceImage: 'projects/debian-cloud/global/images/family/debian-1' } }],
      }),
      404,
      'notFound',
    ],
    [
      'a disk smaller than its image',
      'POST',
      `${zone}/instances`,
      instance({
        disks: [
          {
            initializeParams: { sourceImage: 'projects/debian-cloud/global/images/family/debian-12', diskSizeGb: '5' },
          },
        ],
      }),
      400,
      'invalid',
    ],
    ['a machine without a disk', 'POST', `${zone}/instances`, instance({ disks: [] }), 400, 'required'],
    [
      'an internal address outside the subnetwork',
      'POST',
      `${zone}/instances`,
      instance({}, { networkIP: '10.1.0.1' }),
      400,
      'invalid',
    ],
    ["the gateway's address", 'POST', `${zone}/instances`, instance({}, { networkIP: '10.240.0.1' }), 400, 'invalid'],
    [
      'an internal address that is taken',
      'POST',
      `${zone}/instances`,
      instance({}, { networkIP: '10.240.0.2' }),
      400,
      'ipInUseByAnotherResource',
    ],
    [
      'a metadata key twice',
      'POST',
      `${zone}/instances`,
      instance({
        metadata: {
          items: [
            { key: 'a', value: '1' },
            { key: 'a', value: '2' },
          ],
        },
      }),
      400,
      'invalid',
    ],
    [
      'metadata with a stale fingerprint',
      'POST',
      `${zone}/instances/vm/setMetadata`,
      { fingerprint: 'AAAA', items: [] },
      412,
      'conditionNotMet',
    ],
    ['tags without a fingerprint', 'POST', `${zone}/instances/vm/setTags`, { items: ['a'] }, 412, 'conditionNotMet'],
    [
      'labels with a stale fingerprint',
      'POST',
      `${region}/addresses/ip/setLabels`,
      { labels: {}, labelFingerprint: 'AAAA' },
      412,
      'conditionNotMet',
    ],
    [
      'project metadata with a stale fingerprint',
      'POST',
      'setCommonInstanceMetadata',
      { fingerprint: 'AAAA', items: [] },
      412,
      'conditionNotMet',
    ],
    [
      'another type for a machine that runs',
      'POST',
      `${zone}/instances/vm/setMachineType`,
      { machineType: `${zone}/machineTypes/f1-micro` },
      400,
      'invalidUsage',
    ],
    [
      'guest attributes that nobody wrote',
      'GET',
      `${zone}/instances/vm/getGuestAttributes?queryPath=hostkeys/`,
      undefined,
      404,
      'notFound',
    ],
    [
      'an address that is not reserved',
      'POST',
      `${region}/forwardingRules`,
      { name: 'r', target: `${region}/targetPools/pool`, IPAddress: '127.44.9.9', portRange: '80' },
      400,
      'invalid',
    ],
    [
      'an address and port that a rule has',
      'POST',
      `${region}/forwardingRules`,
      { name: 'r', target: `${region}/targetPools/pool`, IPAddress: '127.44.0.2', portRange: '6000-7000' },
      400,
      'invalid',
    ],
    [
      'health of a machine outside the pool',
      'POST',
      `${region}/targetPools/pool/getHealth`,
      { instance: `${zone}/instances/vm` },
      400,
      'invalid',
    ],
    [
      'deleting a network with parts',
      'DELETE',
      'global/networks/net',
      undefined,
      400,
      'resourceInUseByAnotherResource',
    ],
    [
      'deleting a subnetwork with machines',
      'DELETE',
      `${region}/subnetworks/sub`,
      undefined,
      400,
      'resourceInUseByAnotherResource',
    ],
    [
      'deleting an address that a rule uses',
      'DELETE',
      `${region}/addresses/ip`,
      undefined,
      400,
      'resourceInUseByAnotherResource',
    ],
    [
      'deleting a health check that a pool uses',
      'DELETE',
      'global/httpHealthChecks/check',
      undefined,
      400,
      'resourceInUseByAnotherResource',
    ],
    [
      'deleting a pool that a rule uses',
      'DELETE',
      `${region}/targetPools/pool`,
      undefined,
      400,
      'resourceInUseByAnotherResource',
    ],
    [
      'deleting a disk that a machine uses',
      'DELETE',
      `${zone}/disks/vm`,
      undefined,
      400,
      'resourceInUseByAnotherResource',
    ],
  ])('refuses %s', async (_what, verb, path, body, status, reason) => {
    const before = (await ask('GET', 'aggregated/operations')).body;
    const reply = await ask(verb, path, body);
    expect({ status: reply.status, reason: reply.body.error?.errors[0].reason }, JSON.stringify(reply.body)).toEqual({
      status,
      reason,
    });
    expect(reply.body.error).toMatchObject({
      code: status,
      message: reply.body.error.errors[0].message,
      errors: [{ domain: 'global' }],
    });
    expect((await ask('GET', 'aggregated/operations')).body).toEqual(before);
  });

  it('rejects duplicate instance and network names across projects', async () => {
    const reply = await cloud.on('q')('POST', 'global/networks', bodies.network());
    expect(reply).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining("'net' is used by") } },
    });
  });

  it.each([{ origin: 'http://localhost:3000' }, { 'sec-fetch-site': 'cross-site' }])(
    'refuses pages in a browser: %j',
    async (headers: Record<string, string>) => {
      const response = await cloud.send('/compute/v1/projects/p/zones', { headers });
      expect(response.status).toBe(403);
    },
  );

  it.each([
    ['GET', '/compute/v1/projects/p/zones'],
    ['POST', '/compute/v1/projects/p/global/networks'],
    ['POST', '/batch/compute/v1'],
    ['GET', '/_kthw/calls'],
    ['POST', '/_kthw/faults'],
    ['GET', '/elsewhere'],
  ])('denies %s %s without the access token', async (method, path) => {
    const tokens = [undefined, 'Bearer local', `Basic ${cloud.token()}`, `Bearer ${cloud.token()}x`];
    for (const authorization of tokens) {
      const headers = { ...(authorization && { authorization }) };
      const response = await fetch(cloud.url() + path, { method, headers });
      expect([response.status, await response.json()]).toMatchObject([401, { error: { status: 'UNAUTHENTICATED' } }]);
    }
    expect((await cloud.send(path, { method })).status).not.toBe(401);
  });
});
