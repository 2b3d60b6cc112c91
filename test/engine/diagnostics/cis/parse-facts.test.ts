import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { hardenedScan } from '../../../../local/gallery/samples/sample-scan.ts';
import { hostFactsScript } from '../../../../src/engine/diagnostics/cis/host-facts-script.ts';
import { parseHostFacts } from '../../../../src/engine/diagnostics/cis/parse-host-facts.ts';
import { parseHostMetrics } from '../../../../src/engine/diagnostics/parse-host-metrics.ts';

describe('what the script prints', () => {
  test('of processes are their users, their starts and their flags, however those are written', () => {
    const { processes } = parseHostFacts(`process etcd etcd 1764013000
flag etcd --name=a=b
flag etcd --data-dir
flag etcd /var/lib/etcd
flag etcd --quiet
flag etcd --v=1
flag etcd --v=2
flag kubelet --config=/x`);
    expect([...processes.keys()]).toEqual(['etcd']);
    expect(processes.get('etcd')).toMatchObject({ user: 'etcd', startedAt: 1_764_013_000 });
    expect(Object.fromEntries(processes.get('etcd')?.flags ?? [])).toEqual({
      ...{ name: 'a=b', 'data-dir': '/var/lib/etcd' },
      ...{ quiet: 'true', v: '2' },
    });
  });

  test('of files are their modes and owners, also of those with a blank in their name', () => {
    const { files } = parseHostFacts('file 640 root:adm /var/lib/kubernetes/a key.pem\nfile what /x');
    expect([...files]).toEqual([['/var/lib/kubernetes/a key.pem', { mode: 0o640, owner: 'root:adm' }]]);
  });

  test('of texts is what they say, and that one is no YAML', () => {
    const { configFiles } = parseHostFacts(`text kubelet 10 /k.yaml
line kubelet a:
line kubelet   b: [1]
line kubelet 
text scheduler 11 /s.yaml
line scheduler a: [
text other 12 /o.yaml`);
    expect(Object.fromEntries(configFiles)).toEqual({
      kubelet: { path: '/k.yaml', modifiedAt: 10, content: { a: { b: [1] } } },
      scheduler: { path: '/s.yaml', modifiedAt: 11, content: undefined },
    });
  });

  test('of nothing is nothing', () => {
    expect(parseHostFacts('')).toMatchObject({
      files: new Map(),
      processes: new Map(),
      encryptionProviders: [],
      privateKeys: [],
    });
    expect(parseHostFacts('audit-log ')).not.toHaveProperty('auditLogBytes');
  });

  test('changes no figure of the readings that come before it, and no reading is taken for a fact', () => {
    const readings = 'nproc 2\nload 0.5\nId=etcd.service\nLoadState=loaded\nActiveState=active\nNRestarts=1\n';
    expect(parseHostMetrics(readings + hardenedScan.controller)).toEqual(parseHostMetrics(readings));
    expect(parseHostFacts(readings + hardenedScan.controller)).toEqual(parseHostFacts(hardenedScan.controller));
  });
});

describe('the script', () => {
  test('ends well where there is nothing of a cluster, and prints nothing of a process that is not its', () => {
    const text = execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', hostFactsScript], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(text.split('\n').filter((line) => /^(process|flag|text|line|authority|audit-log \d)/.test(line))).toEqual(
      [],
    );
  });
});
