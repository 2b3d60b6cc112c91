import { join } from 'node:path';
import type { TaggedManifest } from '../images/read-layout.ts';
import type { StoredFile } from '../manifest-schema.ts';
import type { FileResponse } from './send-file.ts';

/** An error in registry format: distribution-spec, "Error Codes". */
export interface RegistryError {
  readonly code: 'NAME_UNKNOWN' | 'MANIFEST_UNKNOWN' | 'BLOB_UNKNOWN' | 'UNSUPPORTED';
  readonly message: string;
}

/**
 * Resolves a request below `/v2/` in an OCI image layout. `namespace` is the `ns` parameter that containerd sends to
 * mirrors. Without it the name may start with its registry or match any registry.
 */
export class ImageRegistry {
  readonly #cacheDir: string;
  readonly #tags: readonly TaggedManifest[];
  readonly #blobs: ReadonlyMap<string, StoredFile>;

  constructor(cacheDir: string, tags: readonly TaggedManifest[], files: readonly StoredFile[]) {
    this.#cacheDir = cacheDir;
    this.#tags = tags;
    this.#blobs = new Map(
      files.filter(({ path }) => path.startsWith('images/blobs/')).map((file) => [`sha256:${file.sha256}`, file]),
    );
  }

  /** All names, with their tags. */
  listNames(): string[] {
    return this.#tags.map(({ repository, tag }) => `${repository}:${tag}`);
  }

  find(path: string, namespace: string | undefined): FileResponse | RegistryError {
    const [, name = '', kind, reference = ''] = /^(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    if (kind === undefined) return { code: 'UNSUPPORTED', message: `this registry has no "/v2/${path}"` };
    const tags = this.#findTags(name, namespace);
    if (tags.length === 0)
      return {
        code: 'NAME_UNKNOWN',
        message: `there is no image "${name}"${namespace === undefined ? '' : ` of ${namespace}`} here`,
      };
    if (kind === 'blobs')
      return (
        this.#findBlob(reference, 'application/octet-stream') ?? {
          code: 'BLOB_UNKNOWN',
          message: `no blob ${reference}`,
        }
      );
    const tagged = tags.find(({ tag, digest }) => reference === tag || reference === digest);
    const manifest = tagged === undefined ? undefined : this.#findBlob(tagged.digest, tagged.mediaType);
    return (
      manifest ?? {
        code: 'MANIFEST_UNKNOWN',
        message: `"${name}" has no "${reference}", only ${tags.map(({ tag }) => tag).join(', ')}`,
      }
    );
  }

  #findTags(name: string, namespace: string | undefined): TaggedManifest[] {
    const fullName = namespace === undefined ? name : `${namespace}/${name}`;
    const exact = this.#tags.filter(({ repository }) => repository === fullName);
    if (exact.length > 0 || namespace !== undefined) return exact;
    return this.#tags.filter(({ repository }) => repository.slice(repository.indexOf('/') + 1) === name);
  }

  #findBlob(digest: string, contentType: string): FileResponse | undefined {
    const file = this.#blobs.get(digest);
    if (file === undefined) return undefined;
    const { size, sha256, path } = file;
    return {
      path: join(this.#cacheDir, path),
      size,
      sha256,
      contentType,
      headers: { 'Docker-Content-Digest': digest },
    };
  }
}
