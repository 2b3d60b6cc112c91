import type { z } from 'zod';
import type { Difference } from '../../store/step-error.ts';
import type { Vault } from '../../store/vault/vault.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ComputeClient } from '../gcp/compute/compute-client.ts';
import type { KubeClient } from '../kubernetes/kube-client.ts';
import type { RedactedVault } from '../manual/redacted-vault.ts';
import type { SshClient } from '../ssh/ssh-client.ts';

/**
 * What a step saw when it looked. `different` carries both sides, so that a conflict can be shown; `saw`: what somebody who
 * looked by hand would have read. Never a secret.
 */
export type Observation =
  | { readonly status: 'absent' }
  | { readonly status: 'present'; readonly outputs?: readonly OutputValue[]; readonly commandOutput?: string }
  | { readonly status: 'different'; readonly differences: readonly Difference[] };

/** A typed value that one phase finds and later ones read: an address, a fingerprint. Never a secret: those live in the vault. */
export interface Output<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
}
export interface OutputValue {
  readonly name: string;
  readonly value: z.core.util.JSONType;
}

export interface Step {
  /** Stable across releases: it is the journal's key. Starts with the phase's name and a slash. */
  readonly key: string;
  /** What the thread shows. */
  readonly title: string;
  /** Keys of steps that must be done first, besides the phase's `after`. Lets a machine go on without its neighbours. */
  readonly dependsOn?: readonly string[];
  /** Looks, changes nothing. */
  observe(c: StepContext): Promise<Observation>;
  /**
   * Called after `absent`, and possibly again after a crash at any point inside it. A step without it makes nothing: it
   * looks until what others made has come up. Answers what it saw afterwards where it looked itself, just as `observe` does.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most only act, and are written as what they are
  apply?(c: StepContext): Promise<Observation | void>;
  /** What exists and differs, as far as that can be told before anything is made. Nothing: all is well, or not there yet. */
  detectDrift?(c: StepContext): Promise<readonly Difference[]>;
  /** Making it takes something away: it waits for an approval of its `stake`. */
  readonly requiresApproval?: boolean;
  /**
   * What its removal, or its making where it asks, would take away as it is now: lines for a person to approve, and a text that changes when the thing
   * does. @default its title
   */
  previewDestruction?(c: StepContext): Promise<DestructionPreview>;
  /** Its removal needs the rest of the cluster to live, and is left out where all of it goes. */
  readonly skipOnClusterDelete?: boolean;
  /** Key of the step whose removal takes this one's doing along: what is on a machine goes with the machine. */
  readonly containedIn?: string;
  /** Called after it has failed three times, and when it has failed for good: looks for the cause, tells it by `diagnosed`. */
  diagnose?(c: StepContext): Promise<void>;
  /** What a person would type for it, from the very values that it works with. Nothing: there is nothing to type. */
  manualCommands?(
    c: ManualContext,
    direction: 'forward' | 'backward',
  ): Promise<readonly ShellCommand[]> | readonly ShellCommand[];
  /** Whether there is something to remove, however it looks. @default whether `observe` sees anything */
  exists?(c: StepContext): Promise<boolean>;
  /** Delete walks the steps backwards and calls this, then looks. Absent already: no error. */
  remove?(c: StepContext): Promise<void>;
}

export interface DestructionPreview {
  /** Empty: there is nothing to take away. */
  readonly lines: readonly string[];
  readonly fingerprint: string;
}

export interface Phase<Name extends string = string, Dependency extends string = string> {
  readonly name: Name;
  readonly title: string;
  /** Chapter of the tutorial. */
  readonly chapter: number;
  /**
   * Phases whose steps must all be done first. A step that names its own `after` waits for those steps instead, so
   * that one machine can be ahead of another.
   */
  readonly dependsOn: readonly Dependency[];
  /** @default the runner's own */
  readonly retry?: RetryPolicy;
  /** Pure: the same cluster, the same steps. A plan needs no cloud. */
  steps(cluster: Cluster): readonly Step[];
}

export interface RetryPolicy {
  /** How often a step may fail in a way that passes before the run stops. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export interface Clock {
  now(): Date;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** All that a step may use of the world. */
export interface StepContext {
  readonly cluster: Cluster;
  readonly compute: ComputeClient;
  readonly ssh: SshClient;
  readonly vault: Vault;
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Goes to Compute with a call: stored before it, the same again after a crash. */
  readonly requestId: string;
  /** Replaces every upstream host of a download; undefined: upstream itself. */
  readonly mirror: string | undefined;
  /** Ids of the kubeconfigs of people that are to work now. */
  listActiveGrantIds(): Promise<readonly string[]>;
  /** What exists and differs, over all the steps of this run. */
  detectAllDrift(): Promise<readonly Difference[]>;
  /** @throws a bug when no step before this one made the fact known. */
  getOutput<T>(output: Output<T>): T;
  /** The same where it may not be known yet. */
  findOutput<T>(output: Output<T>): T | undefined;
  /** A line for the thread; goes through the journal like everything. */
  logProgress(line: string): void;
  /** Why something is slow or fails, for the thread; the first is told, until the run is resumed. */
  reportDiagnosis(cause: DiagnosedCause): void;
}

/** All that files and commands are rendered from. */
export interface RenderContext extends Pick<StepContext, 'cluster' | 'mirror' | 'getOutput' | 'findOutput'> {
  readonly vault: Pick<Vault, 'get'>;
}

/** The same for showing it: where a secret would be, there is only a word for it. */
export interface ManualContext extends RenderContext {
  readonly vault: RedactedVault;
}

/** What a person types: as root on a machine of the cluster, or where nothing is named, on their own. */
export interface ShellCommand {
  readonly runsOn?: string;
  readonly script: string;
}

export interface DiagnosedCause {
  /** Figures, a line each. */
  readonly findings: readonly string[];
  /** A machine type that would do. */
  readonly resizeTo?: string;
}

/** Keeps the literal name and the literal dependencies, so that the compiler can check the registry. */
export function definePhase<const N extends string, const A extends string = never>(phase: Phase<N, A>): Phase<N, A> {
  return phase;
}

export function createPresentObservation(...outputs: OutputValue[]): Observation {
  return { status: 'present', outputs };
}

/** What somebody who looked by hand would have read, and what is known from it. */
export function createPresentWithCommandOutput(commandOutput: string, ...outputs: OutputValue[]): Observation {
  return { status: 'present', outputs, commandOutput };
}

export function createOutputValue<T extends z.core.util.JSONType>(output: Output<T>, value: T): OutputValue {
  return { name: output.name, value };
}
