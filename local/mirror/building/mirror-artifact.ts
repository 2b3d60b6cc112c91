import type { DebianSuite } from './debian-suite.ts';

/** What the making of a part may use. */
export interface ArtifactContext {
  /** An empty folder; what is placed in its `files` and `images` goes into the cache under the same path. */
  readonly out: string;
  /** For whatever is not kept, on the same file system. What an interrupted run left in it is still there. */
  readonly work: string;
  readonly debian: DebianSuite;
  /** URL that upstream's `https://` is replaced by, ending in `/`; undefined: don't ask upstream. */
  readonly upstream: string | undefined;
  readonly signal: AbortSignal;
  log(line: string): void;
}

/** Something the cache holds that is made in one go, side by side with the others. */
export interface MirrorArtifact {
  readonly name: string;
  /** Changes whenever what is made changes. */
  readonly recipe: string;
  /** Makes the part in `context.out` and says where it came from. */
  build(context: ArtifactContext): Promise<string>;
}
