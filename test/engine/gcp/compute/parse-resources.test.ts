import { describe, expect, test } from 'vitest';
import { toAddress } from '../../../../src/engine/gcp/compute/address-client.ts';
import type { InstanceSpec } from '../../../../src/engine/gcp/compute/compute-client.ts';
import { toFirewallRule } from '../../../../src/engine/gcp/compute/firewall-client.ts';
import { toForwardingRule } from '../../../../src/engine/gcp/compute/forwarding-rule-client.ts';
import { toHealthCheck } from '../../../../src/engine/gcp/compute/health-check-client.ts';
import { toInstance, toRequestBody } from '../../../../src/engine/gcp/compute/instance-client.ts';
import { buildLink, getLinkName, getLinkSegment } from '../../../../src/engine/gcp/compute/links.ts';
import { toSubnetwork } from '../../../../src/engine/gcp/compute/subnetwork-client.ts';
import { toTargetPool } from '../../../../src/engine/gcp/compute/target-pool-client.ts';

const google = 'https://www.googleapis.com/compute/v1/projects/p';

describe('links', () => {
  test.each([
    [{ name: 'n' }, 'projects/p/global/things/n'],
    [{ name: 'n', region: 'r' }, 'projects/p/regions/r/things/n'],
    [{ name: 'n', zone: 'z' }, 'projects/p/zones/z/things/n'],
    [{ name: 'n', zone: 'z', region: 'r' }, 'projects/p/zones/z/things/n'],
  ])('are built from %j', (place, link) => {
    expect(buildLink('p', 'things', place)).toBe(link);
  });

  test.each([
    [`${google}/zones/z/instances/i`, 'i', 'z'],
    ['zones/z/instances/i', 'i', 'z'],
    ['i', 'i', ''],
    ['', '', ''],
    [undefined, '', ''],
    [null, '', ''],
  ])('are parsed from %j', (link, name, zone) => {
    expect(getLinkName(link)).toBe(name);
    expect(getLinkSegment(link, 'zones')).toBe(zone);
  });
});

describe('firewall rules', () => {
  const rule = { name: 'f', network: `${google}/global/networks/n`, direction: 'INGRESS', sourceRanges: ['b', 'a'] };

  test.each([
    ['ports of one protocol', { allowed: [{ IPProtocol: 'tcp', ports: ['6443', '22'] }] }, ['tcp:22', 'tcp:6443']],
    [
      'a protocol with all its ports',
      { allowed: [{ IPProtocol: 'icmp' }, { IPProtocol: 'tcp', ports: [] }] },
      ['icmp', 'tcp'],
    ],
    ['nothing when it is for the way out', { allowed: [{ IPProtocol: 'icmp' }], direction: 'EGRESS' }, []],
    ['nothing when it is for some machines only', { allowed: [{ IPProtocol: 'icmp' }], targetTags: ['web'] }, []],
    ['nothing when it denies', { denied: [{ IPProtocol: 'icmp' }] }, []],
  ])('allow %s', (_, part, allow) => {
    expect(toFirewallRule({ ...rule, ...part })).toEqual({
      name: 'f',
      network: 'n',
      description: '',
      sourceRanges: ['a', 'b'],
      allow,
      disabled: false,
    });
  });

  test('keep their list when disabled', () => {
    const off = toFirewallRule({ ...rule, allowed: [{ IPProtocol: 'icmp' }], disabled: true });
    expect(off).toMatchObject({ allow: ['icmp'], disabled: true });
  });
});

describe('instances', () => {
  const spec: InstanceSpec = {
    name: 'm',
    zone: 'z',
    region: 'r',
    address: '10.240.0.10',
    machineType: 'e2-standard-2',
    network: 'n',
    subnetwork: 's',
    canIpForward: true,
    diskGb: 200,
    image: 'ubuntu-os-cloud/ubuntu-2404-lts-amd64',
    tags: ['b', 'a'],
    labels: { l: 'v' },
    metadata: { k: 'v' },
  };

  test('are requested with disk, labels on both, and external address', () => {
    expect(toRequestBody(spec, 'p')).toMatchObject({
      machineType: 'projects/p/zones/z/machineTypes/e2-standard-2',
      disks: [
        {
          autoDelete: true,
          boot: true,
          initializeParams: {
            diskSizeGb: 200,
            labels: { l: 'v' },
            sourceImage: 'projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64',
          },
        },
      ],
      networkInterfaces: [
        {
          subnetwork: 'projects/p/regions/r/subnetworks/s',
          networkIP: '10.240.0.10',
          accessConfigs: [{ type: 'ONE_TO_ONE_NAT' }],
        },
      ],
      serviceAccounts: [],
      metadata: { items: [{ key: 'k', value: 'v' }] },
      labels: { l: 'v' },
    });
  });

  test('are converted', () => {
    const found = toInstance({
      ...toRequestBody(spec, 'p'),
      zone: `${google}/zones/z`,
      id: '1095891303942694123',
      status: 'RUNNING',
      serviceAccounts: [{ email: 'b@p.test', scopes: ['x'] }],
      metadata: { fingerprint: 'f1', items: [{ key: 'k', value: 'v' }] },
      disks: [{ boot: true, diskSizeGb: '200' }],
      networkInterfaces: [
        {
          network: `${google}/global/networks/n`,
          subnetwork: `${google}/regions/r/subnetworks/s`,
          networkIP: '10.240.0.10',
          accessConfigs: [{ natIP: '203.0.113.7' }],
        },
      ],
    });
    expect(found).toEqual({
      ...spec,
      image: '',
      tags: ['a', 'b'],
      id: '1095891303942694123',
      status: 'RUNNING',
      externalAddress: '203.0.113.7',
      networks: ['n'],
      deletionProtection: false,
      serviceAccounts: ['b@p.test'],
      metadataFingerprint: 'f1',
    });
  });

  test.each([[undefined], [[]], [[{}]], [[{ natIP: '' }]]])(
    'have no address outside while theirs is %j',
    (accessConfigs) => {
      const networkInterfaces = [accessConfigs === undefined ? {} : { accessConfigs }];
      expect(toInstance({ networkInterfaces }).externalAddress).toBeUndefined();
    },
  );
});

test('converts subnets, addresses and pools with short names', () => {
  const region = `${google}/regions/r`;
  expect(
    toSubnetwork({
      name: 's',
      region,
      description: 'd',
      network: `${google}/global/networks/n`,
      ipCidrRange: '10.0.0.0/8',
    }),
  ).toEqual({ name: 's', region: 'r', description: 'd', network: 'n', range: '10.0.0.0/8' });
  expect(toAddress({ name: 'a', region, address: '203.0.113.7' })).toEqual({
    name: 'a',
    region: 'r',
    description: '',
    labels: {},
    address: '203.0.113.7',
  });
  expect(
    toTargetPool({
      name: 't',
      region,
      healthChecks: [`${google}/global/httpHealthChecks/h`],
      instances: [`${google}/zones/z/instances/i-2`, `${google}/zones/z/instances/i-1`],
    }),
  ).toEqual({ name: 't', region: 'r', description: '', healthCheck: 'h', instances: ['z/i-1', 'z/i-2'] });
});

test.each([
  ['6443-6443', '6443'],
  ['6443', '6443'],
  ['80-443', '80-443'],
  ['', ''],
])('reads the port range %j of a forwarding rule as %j', (portRange, ports) => {
  expect(toForwardingRule({ portRange }).ports).toBe(ports);
});

test('a health check has the API’s defaults for port and path', () => {
  expect(toHealthCheck({ name: 'h' })).toEqual({
    name: 'h',
    description: '',
    host: '',
    path: '/',
    port: 80,
    checkIntervalSec: 5,
    timeoutSec: 5,
    healthyThreshold: 2,
  });
});
