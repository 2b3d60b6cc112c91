import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { computeDigest } from './digest.ts';

/** An entry of an image. Modes are octal; root owns all entries. */
export type LayerEntry =
  | { readonly path: string; readonly kind: 'folder'; readonly mode?: number }
  | { readonly path: string; readonly kind: 'file'; readonly content: Buffer | string; readonly mode?: number }
  | { readonly path: string; readonly kind: 'link'; readonly target: string };

/** One layer: an uncompressed tar, so its digest is both the blob digest and the `diff_id`. */
export interface Layer {
  readonly digest: string;
  readonly content: Buffer;
}

/** Builds a reproducible layer from entries in the given order. Paths are relative to the root. */
export async function buildLayer(entries: readonly LayerEntry[]): Promise<Layer> {
  const tar = pack();
  const content = buffer(tar);
  for (const entry of entries) {
    const header = { name: entry.path, mtime: new Date(0), uid: 0, gid: 0 };
    switch (entry.kind) {
      case 'folder':
        tar.entry({ ...header, type: 'directory', mode: entry.mode ?? 0o755 });
        break;
      case 'file':
        tar.entry({ ...header, type: 'file', mode: entry.mode ?? 0o644 }, Buffer.from(entry.content));
        break;
      case 'link':
        tar.entry({ ...header, type: 'symlink', mode: 0o777, linkname: entry.target });
        break;
      default:
        entry satisfies never;
    }
  }
  tar.finalize();
  const bytes = await content;
  return { content: bytes, digest: computeDigest(bytes) };
}
