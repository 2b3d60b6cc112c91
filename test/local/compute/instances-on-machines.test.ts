import { beforeAll, describe, expect, it } from 'vitest';
import { bodies, localCloud, region, zone } from './compute-emulator.ts';

describe('machines and networks behind the API', () => {
  const cloud = localCloud({ addressBlock: 45 });
  const [ask, done] = [cloud.on('behind'), cloud.done('behind')];
  const plan = () => cloud.machines.networks.get('net');
  const get = async (path: string) => (await ask('GET', path)).body;
  const natAddress = async (name: string) =>
    (await get(`${zone}/instances/${name}`)).networkInterfaces[0].accessConfigs[0].natIP;

  beforeAll(async () => {
    await done('POST', 'global/networks', bodies.network());
    await done('POST', `${region}/subnetworks`, bodies.subnetwork());
    const metadata = { items: [{ key: 'pod-cidr', value: '10.200.0.0/24' }] };
    const more = {
      metadata,
      tags: { items: ['worker'] },
      canIpForward: true,
      machineType: `${zone}/machineTypes/f1-micro`,
    };
    await done('POST', `${zone}/instances`, bodies.instance('vm', more, { networkIP: '10.240.0.20' }));
  });

  it('create an instance with the requested fields and Google’s defaults', async () => {
    const instance = await get(`${zone}/instances/vm`);
    expect(instance).toMatchObject({
      kind: 'compute#instance',
      status: 'RUNNING',
      cpuPlatform: 'Intel Broadwell',
      labelFingerprint: expect.stringMatching(/^[A-Za-z0-9]+=*$/),
      disks: [{ boot: true, autoDelete: true, diskSizeGb: '20', source: expect.stringMatching(/disks\/vm$/) }],
      networkInterfaces: [
        {
          name: 'nic0',
          networkIP: '10.240.0.20',
          network: expect.stringMatching(/global\/networks\/net$/),
          accessConfigs: [{ natIP: expect.stringMatching(/^127\.45\./) }],
        },
      ],
    });
    expect(cloud.machines.machines.get('vm')).toMatchObject({
      id: instance.id,
      network: 'net',
      address: '10.240.0.20',
      tags: ['worker'],
      canIpForward: true,
      limits: { cpus: 0.2, memoryBytes: 614 * 1024 * 1024 },
      metadata: {
        instance: { 'pod-cidr': '10.200.0.0/24' },
        project: {},
        zone: 'us-central1-a',
        projectId: 'behind',
        externalAddress: await natAddress('vm'),
      },
    });
    expect(await get(`${zone}/disks/vm`)).toMatchObject({ sizeGb: '20', users: [instance.selfLink] });
  });

  it('update firewall rules, routes and external addresses with the resources', async () => {
    await done('POST', 'global/firewalls', {
      ...bodies.firewall('ssh'),
      allowed: [{ IPProtocol: 'tcp', ports: ['22'] }, { IPProtocol: 'icmp' }],
      targetTags: ['worker'],
    });
    await done('POST', 'global/firewalls', {
      name: 'no',
      network: 'global/networks/net',
      denied: [{ IPProtocol: 'all' }],
      sourceTags: ['bad'],
      priority: 1,
    });
    await done('POST', 'global/routes', {
      name: 'pods',
      network: 'global/networks/net',
      destRange: '10.200.0.0/24',
      nextHopIp: '10.240.0.20',
    });
    expect(plan()).toEqual({
      name: 'net',
      subnets: [{ name: 'sub', range: '10.240.0.0/24' }],
      routes: [{ destination: '10.200.0.0/24', nextHop: '10.240.0.20', priority: 1000 }],
      firewall: [
        {
          name: 'ssh',
          action: 'allow',
          priority: 1000,
          sourceRanges: ['0.0.0.0/0'],
          sourceTags: [],
          targetTags: ['worker'],
          protocols: [
            { protocol: 'tcp', ports: ['22'] },
            { protocol: 'icmp', ports: [] },
          ],
        },
        {
          name: 'no',
          action: 'deny',
          priority: 1,
          sourceRanges: [],
          sourceTags: ['bad'],
          targetTags: [],
          protocols: [{ protocol: 'all', ports: [] }],
        },
      ],
      externalAddresses: [{ kind: 'machine', address: await natAddress('vm'), target: 'vm' }],
    });
    await done('PATCH', 'global/firewalls/ssh', { sourceRanges: ['10.0.0.0/8'] });
    expect(await get('global/firewalls/ssh')).toMatchObject({ sourceRanges: ['10.0.0.0/8'], targetTags: ['worker'] });
    expect(plan()?.firewall[0]?.sourceRanges).toEqual(['10.0.0.0/8']);
    await done('PATCH', 'global/firewalls/ssh', { disabled: true });
    await done('DELETE', 'global/firewalls/no');
    await done('DELETE', 'global/routes/pods');
    expect(plan()).toMatchObject({ firewall: [], routes: [] });
  });

  it('keep a load balancer only while its rule, pool and members exist', async () => {
    await done('POST', `${region}/addresses`, { name: 'ip' });
    await done('POST', 'global/httpHealthChecks', { name: 'check', host: 'h', requestPath: '/healthz' });
    await done('POST', `${region}/targetPools`, { name: 'pool' });
    await done('POST', `${region}/targetPools/pool/addHealthCheck`, {
      healthChecks: [{ healthCheck: 'global/httpHealthChecks/check' }],
    });
    const { address } = await get(`${region}/addresses/ip`);
    await done('POST', `${region}/forwardingRules`, {
      name: 'rule',
      target: `${region}/targetPools/pool`,
      IPAddress: address,
      portRange: '6443',
    });
    expect(await get(`${region}/addresses/ip`)).toMatchObject({
      status: 'IN_USE',
      users: [expect.stringMatching(/forwardingRules\/rule$/)],
    });
    const members = { instances: [{ instance: `${zone}/instances/vm` }] };
    await done('POST', `${region}/targetPools/pool/addInstance`, members);
    const healthCheck = {
      host: 'h',
      port: 80,
      path: '/healthz',
      intervalMs: 5000,
      timeoutMs: 5000,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    };
    expect(plan()?.externalAddresses).toContainEqual({
      kind: 'balancer',
      address,
      ports: [6443, 6443],
      targets: ['vm'],
      healthCheck,
    });
    await done('PATCH', 'global/httpHealthChecks/check', { port: 8080 });
    expect(plan()?.externalAddresses).toContainEqual(
      expect.objectContaining({ healthCheck: { ...healthCheck, port: 8080 } }),
    );
    const health = async () =>
      (await ask('POST', `${region}/targetPools/pool/getHealth`, { instance: `${zone}/instances/vm` })).body
        .healthStatus[0];
    expect(await health()).toMatchObject({ healthState: 'HEALTHY', ipAddress: address });
    cloud.machines.unhealthyAddresses.add('10.240.0.20');
    expect(await health()).toMatchObject({ healthState: 'UNHEALTHY' });
    await done('POST', `${region}/targetPools/pool/removeInstance`, members);
    expect(plan()?.externalAddresses.map(({ kind }) => kind)).toEqual(['machine']);
    for (const path of ['forwardingRules/rule', 'targetPools/pool', 'addresses/ip'])
      await done('DELETE', `${region}/${path}`);
    await done('DELETE', 'global/httpHealthChecks/check');
  });

  it('restart a stopped instance with a new address and optionally another machine type', async () => {
    const before = await natAddress('vm');
    const cpus = async () =>
      (await get(region)).quotas.find(({ metric }: { metric: string }) => metric === 'CPUS').usage;
    expect(await cpus()).toBe(1);
    await done('POST', `${zone}/instances/vm/stop`);
    expect(await get(`${zone}/instances/vm`)).toMatchObject({
      status: 'TERMINATED',
      cpuPlatform: 'Unknown CPU Platform',
    });
    expect([await natAddress('vm'), plan()?.externalAddresses, await cpus()]).toEqual([undefined, [], 0]);
    await done('POST', `${zone}/instances/vm/setMachineType`, { machineType: `${zone}/machineTypes/e2-standard-4` });
    await done('POST', `${zone}/instances/vm/start`);
    const after = await natAddress('vm');
    expect(after).not.toBe(before);
    expect(plan()?.externalAddresses).toEqual([{ kind: 'machine', address: after, target: 'vm' }]);
    expect(cloud.machines.machines.get('vm')).toMatchObject({
      running: true,
      limits: { cpus: 4 },
      metadata: { externalAddress: after },
    });
    expect(await cpus()).toBe(4);
  });

  it('apply only one of two concurrent metadata changes', async () => {
    const before = (await get(`${zone}/instances/vm`)).metadata;
    const ask = (value: string) =>
      done('POST', `${zone}/instances/vm/setMetadata`, {
        fingerprint: before.fingerprint,
        items: [{ key: 'who', value }],
      });
    const ends = await Promise.all([ask('one'), ask('other')]);
    const errors = ends.flatMap(({ error }) => error?.errors ?? []);
    expect(errors).toMatchObject([{ code: 'CONDITION_NOT_MET' }]);
    const { items } = (await get(`${zone}/instances/vm`)).metadata;
    expect(items).toEqual([{ key: 'who', value: ends[0]?.error ? 'other' : 'one' }]);
  });

  it('pass instance and project metadata, tags and labels to the machine', async () => {
    const { metadata, tags, labelFingerprint } = await get(`${zone}/instances/vm`);
    const items = [{ key: 'a', value: '1' }];
    await done('POST', `${zone}/instances/vm/setMetadata`, { fingerprint: metadata.fingerprint, items });
    const { commonInstanceMetadata } = (await ask('GET', '')).body;
    const keys = [{ key: 'ssh-keys', value: 'me:ssh-ed25519 AAAA' }];
    await done('POST', 'setCommonInstanceMetadata', { fingerprint: commonInstanceMetadata.fingerprint, items: keys });
    await done('POST', `${zone}/instances/vm/setTags`, { fingerprint: tags.fingerprint, items: ['new'] });
    await done('POST', `${zone}/instances/vm/setLabels`, { labelFingerprint, labels: { k: 'v' } });
    expect(cloud.machines.machines.get('vm')).toMatchObject({
      tags: ['new'],
      metadata: { instance: { a: '1' }, project: { 'ssh-keys': 'me:ssh-ed25519 AAAA' } },
    });
    expect(await get(`${zone}/instances/vm`)).toMatchObject({
      labels: { k: 'v' },
      metadata: { items },
      tags: { items: ['new'] },
    });
  });

  it('return the guest attributes and console output of the machine', async () => {
    cloud.machines.attributes.set(
      'vm',
      new Map([
        ['hostkeys/ssh-ed25519', 'AAAA'],
        ['hostkeys/ssh-rsa', 'BBBB'],
        ['other/x', 'y'],
      ]),
    );
    const at = `${zone}/instances/vm/getGuestAttributes`;
    expect((await get(`${at}?queryPath=hostkeys/`)).queryValue.items).toEqual([
      { namespace: 'hostkeys', key: 'ssh-ed25519', value: 'AAAA' },
      { namespace: 'hostkeys', key: 'ssh-rsa', value: 'BBBB' },
    ]);
    expect((await get(`${at}?variableKey=other/x`)).variableValue).toBe('y');
    expect(await get(`${zone}/instances/vm/serialPort?start=3`)).toMatchObject({
      contents: 'login: ',
      start: '3',
      next: '10',
    });
  });

  it('delete an instance during its creation', async () => {
    const { body: insert } = await ask('POST', `${zone}/instances`, bodies.instance('brief'));
    while ((await ask('GET', `${zone}/instances/brief`)).status === 404) await ask('GET', 'zones');
    const removed = await done('DELETE', `${zone}/instances/brief`);
    expect(removed.error).toBeUndefined();
    expect((await get(`${zone}/operations/${insert.name}`)).status).toBe('DONE');
    expect([(await ask('GET', `${zone}/instances/brief`)).status, cloud.machines.machines.has('brief')]).toEqual([
      404,
      false,
    ]);
  });
});
