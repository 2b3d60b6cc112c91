import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ensureMirror } from '../../../local/mirror/ensure-mirror.ts';
import { formatDigestList } from '../../../local/mirror/format-digest-list.ts';
import { createDigestLookup } from '../../../src/engine/cluster/digests.ts';
import { filesPart, tinyImages } from './fixtures.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('the mirror’s digest list has its own builds by their upstream URLs, and no images', async () => {
  const cacheDir = await temporaryFolder();
  const path = 'dl.k8s.io/release/v1.20.2/bin/linux/amd64/kubelet';
  const artifacts = [filesPart('kubernetes', { [path]: 'own build' }), tinyImages];
  await ensureMirror(cacheDir, () => {}, { artifacts });
  const list = await formatDigestList(cacheDir);
  expect(list.split('\n').filter((line) => line !== '')).toHaveLength(1);
  expect(createDigestLookup(list)(`https://${path}`)).toBe(createHash('sha256').update('own build').digest('hex'));
});
