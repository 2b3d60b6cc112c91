import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evidenceOf, hardened } from '../../../../local/gallery/samples/sample-scan.ts';
import { hardeningOf } from '../../../../src/engine/diagnostics/cis/cis-scan.ts';
import { parseFacts } from '../../../../src/engine/diagnostics/cis/parse-host-facts.ts';

/** What the script printed on real machines of the local cloud, with Kubernetes 1.20. */
function captured(name: 'controller' | 'worker'): string {
  return readFileSync(join(import.meta.dirname, 'captured', `${name}.txt`), 'utf8');
}

describe('what was captured on real machines', () => {
  test('is understood to its last line', () => {
    const { processes, files, texts, keys, authorities, networks, providers } = parseFacts(captured('controller'));
    expect([...processes].map(([name, { user }]) => [name, user])).toEqual(
      ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => [name, name]),
    );
    expect(processes.get('kube-apiserver')?.flags.size).toBe(35);
    expect(files.get('/run/etcd/etcd-key.pem')).toEqual({ mode: 0o400, owner: 'etcd:root' });
    expect([...texts.keys()]).toEqual(['scheduler', 'admission', 'audit-policy']);
    expect([keys.length, authorities.length, providers, networks]).toEqual([12, 5, ['secretbox', 'identity'], []]);
    expect(parseFacts(captured('worker')).networks).toEqual(['bridge', 'host-local', 'loopback']);
  });

  test('fails no automated item', () => {
    const seen = { ...hardened, controller: captured('controller'), worker: captured('worker'), minor: 20 };
    const all = hardeningOf(evidenceOf(seen));
    expect(all.filter(({ automated, is }) => automated && is !== 'passes')).toEqual([]);
    // Its policy was mended since.
    expect(all.filter(({ is }) => is === 'fails').map(({ number }) => number)).toEqual(['3.2.2']);
  });

  test('has no key in it, nor what anything is encrypted with', () => {
    for (const name of ['controller', 'worker'] as const) {
      expect(captured(name)).not.toMatch(/BEGIN|[A-Za-z0-9+/]{40}/);
    }
  });
});
