import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { hardenedScan } from '../../../../local/gallery/samples/sample-scan.ts';
import { hostFactsScript } from '../../../../src/engine/diagnostics/cis/host-facts-script.ts';
import { parseHostFacts } from '../../../../src/engine/diagnostics/cis/parse-host-facts.ts';
import { parseHostMetrics } from '../../../../src/engine/diagnostics/parse-host-metrics.ts';

describe('parsed facts', () => {
  test('have user, start and flags of processes, in every notation', () => {
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

  test('have mode and owner of files, also with a space in the name', () => {
    const { files } = parseHostFacts('file 640 root:adm /var/lib/kubernetes/a key.pem\nfile what /x');
    expect([...files]).toEqual([['/var/lib/kubernetes/a key.pem', { mode: 0o640, owner: 'root:adm' }]]);
  });

  test('have parsed texts, and mark invalid YAML', () => {
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

  test('are empty without output', () => {
    expect(parseHostFacts('')).toMatchObject({
      files: new Map(),
      processes: new Map(),
      encryptionProviders: [],
      privateKeys: [],
    });
    expect(parseHostFacts('audit-log ')).not.toHaveProperty('auditLogBytes');
  });

  test('do not mix with the metrics before them', () => {
    const readings = 'nproc 2\nload 0.5\nId=etcd.service\nLoadState=loaded\nActiveState=active\nNRestarts=1\n';
    expect(parseHostMetrics(readings + hardenedScan.controller)).toEqual(parseHostMetrics(readings));
    expect(parseHostFacts(readings + hardenedScan.controller)).toEqual(parseHostFacts(hardenedScan.controller));
  });
});

describe('the script', () => {
  test('succeeds without a cluster, and prints no other processes', () => {
    const text = execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', hostFactsScript], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(text.split('\n').filter((line) => /^(process|flag|text|line|authority|audit-log \d)/.test(line))).toEqual(
      [],
    );
  });
});
