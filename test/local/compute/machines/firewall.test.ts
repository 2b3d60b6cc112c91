import { expect, test } from 'vitest';
import { isSourceMatch } from '../../../../local/compute/machines/network/connection-source.ts';
import { listExternallyOpenPorts } from '../../../../local/compute/machines/network/open-ports.ts';
import { firewallRule } from './test-environment.ts';

const anywhere = { sourceRanges: ['0.0.0.0/0'] };
const tcp = (...ports: string[]) => ({ protocols: [{ protocol: 'tcp', ports }] });

test.each([
  ['ports of a rule for everybody', [firewallRule('a', { ...anywhere, ...tcp('22', '6443') })], [22, 6443]],
  ['a rule without sources is for everybody', [firewallRule('a', tcp('22'))], [22]],
  ['tags alone are no sources outside', [firewallRule('a', { sourceTags: ['x'], ...tcp('22') })], []],
  ['ranges of inside', [firewallRule('a', { sourceRanges: ['10.0.0.0/8'], ...tcp('22') })], []],
  ['a target of another tag', [firewallRule('a', { ...anywhere, targetTags: ['db'], ...tcp('22') })], []],
  ['a target of this tag', [firewallRule('a', { ...anywhere, targetTags: ['db', 'web'], ...tcp('22') })], [22]],
  ['a small range of ports', [firewallRule('a', { ...anywhere, ...tcp('80-82') })], [80, 81, 82]],
  ['a range too wide to listen on', [firewallRule('a', { ...anywhere, ...tcp('30000-32767') })], []],
  ['other protocols', [firewallRule('a', { ...anywhere, protocols: [{ protocol: 'udp', ports: ['53'] }] })], []],
  [
    'a denial of the same priority',
    [
      firewallRule('a', { ...anywhere, ...tcp('22', '80') }),
      firewallRule('b', { action: 'deny', ...anywhere, ...tcp('80') }),
    ],
    [22],
  ],
  [
    'a denial of lower rank',
    [
      firewallRule('a', { ...anywhere, ...tcp('22') }),
      firewallRule('b', { action: 'deny', priority: 1001, protocols: [{ protocol: 'all', ports: [] }] }),
    ],
    [22],
  ],
  [
    'a denial of all, above',
    [
      firewallRule('a', { ...anywhere, ...tcp('22') }),
      firewallRule('b', { action: 'deny', priority: 5, protocols: [{ protocol: 'all', ports: [] }] }),
    ],
    [],
  ],
])('external clients reach only open ports: %s', (_, rules, ports) => {
  expect(listExternallyOpenPorts(rules, ['web'])).toEqual(ports);
});

test.each([
  [['209.85.152.0/22', '209.85.204.0/22', '35.191.0.0/16'], false, true],
  [['0.0.0.0/0'], true, true],
  [['127.0.0.1'], true, false],
  [['::/0'], false, false],
  [['10.240.0.0/24'], false, false],
])('a rule for %j matches external clients: %s, health checkers: %s', (sourceRanges, outside, health) => {
  const rule = firewallRule('a', { sourceRanges });
  expect([isSourceMatch(rule, 'outside'), isSourceMatch(rule, 'health')]).toEqual([outside, health]);
});
