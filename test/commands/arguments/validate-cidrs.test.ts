import { describe, expect, test } from 'vitest';
import { validateCidrs } from '../../../src/commands/arguments/validate-cidrs.ts';
import { SshSourceRanges } from '../../../src/engine/cluster/ssh-source-ranges.ts';

const keys = ['subnet', 'podCidr', 'serviceCidr'] as const;
const cidrs = { subnet: '10.240.0.0/24', podCidr: '10.200.0.0/16', serviceCidr: '10.32.0.0/24', workers: 3 };
const allowed = '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 or 240.0.0.0/4';

describe.each(keys)('%s', (key) => {
  test.each([
    ...['10.0.0.0/16', '10.255.0.0/16', '172.16.0.0/16', '172.17.0.0/16', '172.31.0.0/16', '192.168.0.0/16'],
    ...['100.64.0.0/16', '100.127.0.0/16', '240.0.0.0/16', '255.254.0.0/16'],
  ])('can be %s', (cidr) => {
    expect(validateCidrs({ ...cidrs, [key]: cidr })).toEqual([]);
  });

  test.each([
    ...['127.0.0.0/16', '224.0.0.0/16', '239.255.0.0/16', '0.0.0.0/16', '0.0.0.0/0', '169.254.0.0/16'],
    ...['169.254.169.0/24', '35.191.0.0/16', '130.211.0.0/22', '209.85.152.0/22', '209.85.204.0/22'],
    ...['8.8.8.0/24', '9.255.0.0/16', '11.0.0.0/16', '172.15.0.0/16', '172.32.0.0/16', '192.167.0.0/16'],
    ...['192.169.0.0/16', '100.63.0.0/16', '100.128.0.0/16', '198.18.0.0/16', '10.0.0.0/7', '172.0.0.0/11'],
  ])('can’t be %s', (cidr) => {
    const message = `not a private range; use a part of ${allowed}`;
    expect(validateCidrs({ ...cidrs, [key]: cidr })).toEqual([{ key, message }]);
  });

  test('can’t contain the broadcast address', () => {
    const message = 'must not contain 255.255.255.255';
    expect(validateCidrs({ ...cidrs, [key]: '255.255.0.0/16' })).toEqual([{ key, message }]);
  });
});

describe('an SSH source range', () => {
  test.each(['0.0.0.0/0', '0.0.0.0/1', '203.0.113.0/24', '8.8.8.8', '10.0.0.0/8', '35.235.240.0/20'])(
    'can be %s',
    (range) => {
      expect(SshSourceRanges.safeParse(range).success).toBe(true);
    },
  );

  test.each(['0.0.0.0/8', '0.0.0.0', '127.0.0.1', '127.0.0.0/8', '169.254.169.254', '224.0.0.0/4', '239.1.1.1/32'])(
    'can’t be %s',
    (range) => {
      expect(SshSourceRanges.safeParse(`203.0.113.7,${range}`).error?.issues.map(({ message }) => message)).toEqual([
        `"${range}" can't be the source of a connection; use the addresses of your network, or 0.0.0.0/0 for all`,
      ]);
    },
  );
});
