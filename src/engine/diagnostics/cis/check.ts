import type { Machine } from '../../cluster/cluster.ts';
import type { ApiFacts } from './api-facts.ts';
import type { CloudFacts } from './compute-facts.ts';
import type { MachineFacts } from './host-facts.ts';

/** Why something could not be looked at. */
export interface Unseen {
  readonly unseen: string;
}

/** All that was looked at. */
export interface Evidence {
  /** Kubernetes' minor version. */
  readonly minor: number;
  /** A run has the cluster, or left it half done: it needs its way to the machines. */
  readonly busy: boolean;
  readonly machines: readonly (Pick<Machine, 'name' | 'role'> & { readonly facts: MachineFacts | Unseen })[];
  readonly api: ApiFacts | Unseen;
  readonly cloud: CloudFacts | Unseen;
}

/** What was seen at one place. */
export type Plain = 'right' | { readonly wrong: string } | Unseen;
/** `excepted`: it is not as the item wants it, on purpose, and this is why. */
export type Saw = Plain | { readonly excepted: string };

export interface Sighting<S = Saw> {
  /** A machine's name, or nothing where it is the cluster as a whole. */
  readonly at?: string;
  readonly saw: S;
}

interface Titled {
  /** In kube-bench's `cis-1.12`; nothing: the benchmark has no such item. */
  readonly number?: string;
  /** What it should be, in a few words. */
  readonly title: string;
  /** What mends it. */
  readonly remedy: string;
}

/** One thing to look at. Where the benchmark calls it automated there are no exceptions: it passes or fails. */
export type Item = Titled &
  (
    | { readonly automated: true; look(evidence: Evidence): readonly Sighting<Plain>[] }
    | { readonly automated: false; look(evidence: Evidence): readonly Sighting[] }
  );

export type Judgement = Pick<Titled, 'number' | 'title' | 'remedy'> & {
  readonly automated: boolean;
  readonly is: 'passes' | 'fails' | 'exception' | 'unseen';
  /** What was found where, or why it is an exception, or could not be looked at. None where it passes. */
  readonly found: readonly { readonly at: readonly string[]; readonly text: string }[];
};
