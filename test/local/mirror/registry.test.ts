import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mirrorOf, tinyImages } from './fixtures.ts';

interface Manifest {
  readonly config: { readonly digest: string; readonly size: number };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

describe("the mirror's registry", () => {
  it('identifies itself as a registry', async () => {
    const { url } = await mirrorOf([tinyImages]);
    const answer = await fetch(`${url}/v2/`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
  });

  it.each([
    ['with the registry as containerd sends it', 'library/tiny/manifests/1?ns=docker.io'],
    ['with the registry in the name', 'docker.io/library/tiny/manifests/1'],
    ['by the name alone', 'library/tiny/manifests/1'],
  ])('serves an image %s, with matching blob digests', async (_, path) => {
    const { url } = await mirrorOf([tinyImages]);
    const answer = await fetch(`${url}/v2/${path}`);
    expect(answer.headers.get('content-type')).toBe('application/vnd.oci.image.manifest.v1+json');
    const text = await answer.text();
    expect(answer.headers.get('docker-content-digest')).toBe(digestOf(text));
    const { config, layers } = JSON.parse(text) as Manifest;
    for (const { digest, size } of [config, ...layers]) {
      const blob = await fetch(`${url}/v2/library/tiny/blobs/${digest}?ns=docker.io`);
      const bytes = Buffer.from(await blob.arrayBuffer());
      expect(bytes.length).toBe(size);
      expect(digestOf(bytes)).toBe(digest);
    }
  });

  it('returns the digest for HEAD by tag, and the manifest by digest', async () => {
    const { url } = await mirrorOf([tinyImages]);
    const head = await fetch(`${url}/v2/pause/manifests/3.2?ns=registry.k8s.io`, { method: 'HEAD' });
    const digest = head.headers.get('docker-content-digest');
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(0);
    const byDigest = await fetch(`${url}/v2/pause/manifests/${digest}?ns=registry.k8s.io`);
    expect(digestOf(await byDigest.text())).toBe(digest);
  });

  it.each([
    ['an unknown image', 'coredns/coredns/manifests/1.8.0', 'NAME_UNKNOWN'],
    ['an image of another registry', 'pause/manifests/3.2?ns=docker.io', 'NAME_UNKNOWN'],
    ['an unknown tag', 'library/tiny/manifests/2?ns=docker.io', 'MANIFEST_UNKNOWN'],
    ['an unknown blob', `library/tiny/blobs/sha256:${'0'.repeat(64)}`, 'BLOB_UNKNOWN'],
    ['an unsupported request', 'library/tiny/referrers/x', 'UNSUPPORTED'],
  ])('rejects %s with a registry error', async (_, path, code) => {
    const { url } = await mirrorOf([tinyImages]);
    const answer = await fetch(`${url}/v2/${path}`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ errors: [{ code }] });
  });
});

function digestOf(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
