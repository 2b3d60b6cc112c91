import type { Difference } from '../../store/step-error.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Output } from '../cluster/output.ts';
import type { Observation } from './observation.ts';
import type { StepHandle } from './step-handle.ts';

/**
 * One unit of work of a run, observed before and after it is applied. The optional groups are capabilities: a step states
 * only those that it supports, and code that needs one takes a type that has it.
 * @typeParam C what the step may use: the workflow's own context, extended with the clients that the runner opens
 */
export interface Step<C extends WorkflowContext = WorkflowContext> {
  /** Identifies the step in the journal and in the dependencies of other steps. */
  readonly handle: StepHandle;
  /** Shown in the Slack thread. */
  readonly title: string;
  /** Steps that must be complete first. @default none */
  readonly dependsOn?: readonly StepHandle[];
  /** Reads the current state; changes nothing. */
  observe(c: C): Promise<Observation>;
  /**
   * Called when the observation is `absent`, and possibly again after a crash at any point inside it. A step without it
   * waits: `observe` is polled until the resource is ready. Returns an observation if it already made one afterwards.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most steps only act and return nothing
  apply?(c: C): Promise<Observation | void>;
  /** Others can delete or replace its result, so a resume observes it again. */
  readonly isObservedOnResume?: true;
  /** Differences of an existing resource, as far as they can be found before anything is created. Empty: none, or absent. */
  detectDrift?(c: C): Promise<readonly Difference[]>;
  /** What it applies can be removed. */
  readonly removable?: Removable<C>;
  /** Applying it destroys something, so it waits until its preview is approved. */
  readonly destructive?: Destructive<C>;
  /** After it is applied, it waits for other software. */
  readonly wait?: Wait<C>;
  /** Explains itself to users. */
  readonly explained?: Explained<C>;
}

export interface Wait<C extends WorkflowContext = WorkflowContext> {
  /**
   * Why it isn't done yet, in the words of the software that it waits for: conditions, events, log lines. Undefined: unknown.
   * Called after 20 s and then every minute. Its errors are ignored.
   */
  describe(c: C): Promise<string | undefined>;
  /** Instruction for users if the wait ends without success, without `/kthw resume`. */
  remedy(c: C): string;
  /** The step then fails without a retry. @default one minute per attempt, with the phase's retries */
  readonly limitMs?: number;
  /**
   * When to observe, for an API with a rate limit: the delay before the first time, and the time between observations.
   * @default at once, then every 100 ms to 1 s
   */
  readonly pace?: { readonly firstMs: number; readonly everyMs: number };
}

export interface Removable<C extends WorkflowContext = WorkflowContext> extends Partial<Destructive<C>> {
  /** Removes the resource; a deletion then observes that it is absent. Not an error where it is absent already. */
  remove(c: C): Promise<void>;
  /** Whether there is something to remove, in whatever state. @default whether `observe` finds anything */
  exists?(c: C): Promise<boolean>;
  /** Steps whose resources it needs until it is removed, besides those that it depends on. */
  readonly uses?: readonly StepHandle[];
  /** The step whose removal also removes this one: files are deleted with their instance. */
  readonly containedIn?: StepHandle;
  /** Its removal needs a working cluster, and is skipped when the whole cluster is deleted. */
  readonly skipOnClusterDelete?: boolean;
}

/** A step that has the capability to be removed. */
export type RemovableStep<S extends Step = Step> = S & { readonly removable: NonNullable<S['removable']> };

export interface Destructive<C extends WorkflowContext = WorkflowContext> {
  /** What it destroys now. @default the title of the step */
  previewDestruction(c: C): Promise<DestructionPreview>;
  /** Makes the resource usable again after the run ended in the middle of the step. Can be repeated. */
  restore?(c: C): Promise<void>;
}

export interface Explained<C extends WorkflowContext = WorkflowContext> {
  /** Called after three failures, and after the final one: finds the cause and reports it with `reportDiagnosis`. */
  diagnose?(c: C): Promise<void>;
}

export interface DestructionPreview {
  /** Lines for the approver. Empty: nothing is destroyed. */
  readonly lines: readonly string[];
  /** Changes whenever the resource does. */
  readonly fingerprint: string;
}

export interface Phase<S extends Step = Step> {
  readonly name: string;
  readonly title: string;
  /** Chapter of the tutorial. */
  readonly chapter: number;
  /** @default that of the runner */
  readonly retry?: RetryPolicy;
  /** Pure: the same cluster gives the same steps, so that planning needs no API calls. */
  steps(cluster: Cluster): readonly S[];
}

export interface RetryPolicy {
  /** Transient failures of a step until the run fails. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export interface Clock {
  now(): Date;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Provided by the workflow to each step. */
export interface WorkflowContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Idempotency key of the step's calls: stored before the first call, unchanged after a crash. */
  readonly requestId: string;
  /** Differences of existing resources over all steps of this run. */
  detectAllDrift(): Promise<readonly Difference[]>;
  /** @throws KthwError `bug` when no earlier step set the output */
  getOutput<T>(output: Output<T>): T;
  findOutput<T>(output: Output<T>): T | undefined;
  /** Appends a line to the journal, for the Slack thread. */
  logProgress(line: string): void;
  /** Reports why something is slow or fails. Only the first report counts, until the run is resumed. */
  reportDiagnosis(cause: DiagnosedCause): void;
}

export interface DiagnosedCause {
  /** Metrics, one line each. */
  readonly findings: readonly string[];
  /** A machine type that is large enough. */
  readonly resizeTo?: string;
}
