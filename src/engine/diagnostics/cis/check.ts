import type { Instance } from '../../cluster/cluster.ts';
import type { ApiFacts } from './api-facts.ts';
import type { ComputeFacts } from './compute-facts.ts';
import type { HostFacts } from './host-facts.ts';

/** Why something could not be looked at. */
export interface Unknown {
  readonly unknown: string;
}

/** All that was looked at. */
export interface ScanInput {
  /** Kubernetes' minor version. */
  readonly minor: number;
  /** A run has the cluster, or left it half done: it needs its way to the machines. */
  readonly busy: boolean;
  readonly instances: readonly (Pick<Instance, 'name' | 'role'> & { readonly facts: HostFacts | Unknown })[];
  readonly api: ApiFacts | Unknown;
  readonly compute: ComputeFacts | Unknown;
}

/** What was seen at one place. */
export type BasicOutcome = 'right' | { readonly failure: string } | Unknown;
/** `excepted`: it is not as the item wants it, on purpose, and this is why. */
export type Outcome = BasicOutcome | { readonly waived: string };

export interface Finding<S = Outcome> {
  /** A machine's name, or nothing where it is the cluster as a whole. */
  readonly instance?: string;
  readonly actual: S;
}

interface CheckMetadata {
  /** In kube-bench's `cis-1.12`; nothing: the benchmark has no such item. */
  readonly number?: string;
  /** What it should be, in a few words. */
  readonly title: string;
  /** What mends it. */
  readonly remediation: string;
}

/** One thing to look at. Where the benchmark calls it automated there are no exceptions: it passes or fails. */
export type Check = CheckMetadata &
  (
    | { readonly automated: true; inspect(input: ScanInput): readonly Finding<BasicOutcome>[] }
    | { readonly automated: false; inspect(input: ScanInput): readonly Finding[] }
  );

export type CheckResult = Pick<CheckMetadata, 'number' | 'title' | 'remediation'> & {
  readonly automated: boolean;
  readonly status: 'passes' | 'fails' | 'exception' | 'unseen';
  /** What was found where, or why it is an exception, or could not be looked at. None where it passes. */
  readonly details: readonly { readonly instances: readonly string[]; readonly text: string }[];
};
