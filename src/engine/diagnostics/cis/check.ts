import type { Instance } from '../../cluster/cluster.ts';
import type { ApiFacts } from './api-facts.ts';
import type { ComputeFacts } from './compute-facts.ts';
import type { HostFacts } from './host-facts.ts';

/** Reason why something was not checked. */
export interface Unknown {
  readonly unknown: string;
}

/** Collected facts that checks evaluate. */
export interface ScanInput {
  /** Kubernetes minor version. */
  readonly minor: number;
  /** A run is active or incomplete and may need SSH access. */
  readonly busy: boolean;
  readonly instances: readonly (Pick<Instance, 'name' | 'role'> & { readonly facts: HostFacts | Unknown })[];
  readonly api: ApiFacts | Unknown;
  readonly compute: ComputeFacts | Unknown;
}

/** Outcome at one instance or for the cluster. */
export type BasicOutcome = 'pass' | { readonly failure: string } | Unknown;
/** `waived`: deliberately different from the benchmark, with the reason. */
export type Outcome = BasicOutcome | { readonly waived: string };

export interface Finding<S = Outcome> {
  /** Instance name; absent for findings about the whole cluster. */
  readonly instance?: string;
  readonly actual: S;
}

interface CheckMetadata {
  /** Number in kube-bench's `cis-1.12`; absent for checks beyond the benchmark. */
  readonly number?: string;
  /** Flag name or short form of the benchmark's title. */
  readonly title: string;
  readonly remediation: string;
}

/** One check. Checks that the benchmark calls automated can't be waived. */
export type Check = CheckMetadata &
  (
    | { readonly automated: true; inspect(input: ScanInput): readonly Finding<BasicOutcome>[] }
    | { readonly automated: false; inspect(input: ScanInput): readonly Finding[] }
  );

export type CheckResult = Pick<CheckMetadata, 'number' | 'title' | 'remediation'> & {
  readonly automated: boolean;
  readonly status: 'pass' | 'fail' | 'waived' | 'unknown';
  /** Findings by instance, or reasons for a waiver or an unknown status. Empty for `pass`. */
  readonly details: readonly { readonly instances: readonly string[]; readonly text: string }[];
};
