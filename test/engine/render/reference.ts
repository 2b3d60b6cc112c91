import { readFileSync } from 'node:fs';

/** Flags and fields that upstream's minor versions know; reference/sources.json lists the sources. */
export type Program =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubelet'
  | 'kube-proxy';

/** Minor versions as `20-23,25`, by name. */
export type MinorRanges = Readonly<Record<string, string>>;

interface Source {
  readonly kubernetes: string;
  readonly api: string;
  readonly etcd: string;
  /** What goes with this minor. */
  readonly kubeadm: { readonly etcd: string; readonly coredns: string; readonly pause: string };
}

interface Sources {
  readonly minors: Readonly<Record<string, Source>>;
  /** By `API/VERSION KIND`. */
  readonly kinds: MinorRanges;
  /** Of the encryption configuration. */
  readonly providers: MinorRanges;
  /** By `PROJECT/FAMILY`. */
  readonly machineImages: Readonly<Record<string, { readonly cgroups: 1 | 2 }>>;
  /** The first containerd that reads a version of its configuration. */
  readonly containerd: Readonly<Record<string, string>>;
}

interface Flags {
  readonly flags: MinorRanges;
  readonly fields?: unknown;
}

/** Reads one reference file: of a program, or `sources`. */
export function readReference(name: 'sources'): Sources;
export function readReference(
  name: 'kube-apiserver',
): Flags & { readonly admission: MinorRanges; readonly strongCiphers: MinorRanges };
export function readReference(name: 'etcd'): Flags & { readonly strongCiphers: MinorRanges };
export function readReference(
  name: 'kubelet',
): Flags & { readonly fields: MinorRanges; readonly needsNoGate: MinorRanges };
export function readReference(name: Program): Flags;
export function readReference(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`reference/${name}.json`, import.meta.url), 'utf8'));
}

/** Returns the names that a minor version does not know. */
export function listUnknownNames(minor: number, spans: MinorRanges, names: Iterable<string>): string[] {
  return [...names].filter((name) => !includesMinor(spans[name] ?? '', minor));
}

function includesMinor(spans: string, minor: number): boolean {
  return spans.split(',').some((span) => {
    const [first, last = first] = span.split('-').map(Number);
    return first !== undefined && last !== undefined && first <= minor && minor <= last;
  });
}
