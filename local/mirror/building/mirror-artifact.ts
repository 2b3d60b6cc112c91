import type { DebianSuite } from './debian-suite.ts';

/** Inputs of an artifact build. */
export interface ArtifactContext {
  /** An empty directory. The contents of its `files` and `images` are moved to the same paths in the cache. */
  readonly out: string;
  /** Scratch directory on the same file system. It keeps the files of an interrupted build. */
  readonly work: string;
  readonly debian: DebianSuite;
  /** URL that replaces upstream's `https://`, ending in `/`; undefined: do not contact upstream. */
  readonly upstream: string | undefined;
  readonly signal: AbortSignal;
  log(line: string): void;
}

/** A part of the cache that is built as a unit, in parallel with other parts. */
export interface MirrorArtifact {
  readonly name: string;
  /** Changes whenever the build output would change. */
  readonly recipe: string;
  /** Builds the artifact in `context.out` and returns a description of its origin. */
  build(context: ArtifactContext): Promise<string>;
}
