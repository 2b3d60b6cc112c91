import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createScanInput, hardenedScan } from '../../../../local/gallery/samples/sample-scan.ts';
import { evaluateChecks } from '../../../../src/engine/diagnostics/cis/evaluate-checks.ts';
import { parseHostFacts } from '../../../../src/engine/diagnostics/cis/parse-host-facts.ts';

/** Output of the script on systemd-nspawn machines of the Compute Engine emulator, with Kubernetes 1.20. */
function captured(name: 'controller' | 'worker'): string {
  return readFileSync(join(import.meta.dirname, 'captured', `${name}.txt`), 'utf8');
}

describe('captured output', () => {
  test('is parsed completely', () => {
    const { processes, files, configFiles, privateKeys, certificateAuthorities, cniPlugins, encryptionProviders } =
      parseHostFacts(captured('controller'));
    expect([...processes].map(([name, { user }]) => [name, user])).toEqual(
      ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => [name, name]),
    );
    expect(processes.get('kube-apiserver')?.flags.size).toBe(35);
    expect(files.get('/run/etcd/etcd-key.pem')).toEqual({ mode: 0o400, owner: 'etcd:root' });
    expect([...configFiles.keys()]).toEqual(['scheduler', 'admission', 'audit-policy']);
    expect([privateKeys.length, certificateAuthorities.length, encryptionProviders, cniPlugins]).toEqual([
      12,
      5,
      ['secretbox', 'identity'],
      [],
    ]);
    expect(parseHostFacts(captured('worker')).cniPlugins).toEqual(['bridge', 'host-local', 'loopback']);
  });

  test('fails no automated check', () => {
    const seen = { ...hardenedScan, controller: captured('controller'), worker: captured('worker'), minor: 20 };
    const all = evaluateChecks(createScanInput(seen));
    expect(all.filter(({ automated, status }) => automated && status !== 'pass')).toEqual([]);
    // The audit policy and the kubelet's cipher suites were fixed, and the metadata firewall added, after the capture.
    const failed = all.filter(({ status }) => status === 'fail').map(({ number, title }) => number ?? title);
    expect(failed).toEqual(['3.2.2', '4.2.12', 'pods reach only DNS of the metadata server']);
  });

  test('contains no key', () => {
    for (const name of ['controller', 'worker'] as const) {
      expect(captured(name)).not.toMatch(/BEGIN|[A-Za-z0-9+/]{40}/);
    }
  });
});
