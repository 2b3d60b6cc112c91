import type { z } from 'zod';
import type { Difference } from '../../store/events.ts';
import type { Vault } from '../../store/vault/vault.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { Cloud } from '../gcp/compute/compute-client.ts';
import type { Kube } from '../kubernetes/kube-client.ts';
import type { BlankVault } from '../manual/redacted-vault.ts';
import type { Remote } from '../ssh/ssh-client.ts';

/**
 * What a step saw when it looked. `different` carries both sides, so that a conflict can be shown; `saw`: what somebody who
 * looked by hand would have read. Never a secret.
 */
export type Observed =
  | { readonly is: 'absent' }
  | { readonly is: 'present'; readonly facts?: readonly Known[]; readonly saw?: string }
  | { readonly is: 'different'; readonly fields: readonly Difference[] };

/** A typed value that one phase finds and later ones read: an address, a fingerprint. Never a secret: those live in the vault. */
export interface Fact<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
}
export interface Known {
  readonly name: string;
  readonly value: z.core.util.JSONType;
}

export interface Step {
  /** Stable across releases: it is the journal's key. Starts with the phase's name and a slash. */
  readonly key: string;
  /** What the thread shows. */
  readonly title: string;
  /** Keys of steps that must be done first, besides the phase's `after`. Lets a machine go on without its neighbours. */
  readonly after?: readonly string[];
  /** Looks, changes nothing. */
  observe(c: Context): Promise<Observed>;
  /**
   * Called after `absent`, and possibly again after a crash at any point inside it. A step without it makes nothing: it
   * looks until what others made has come up. Answers what it saw afterwards where it looked itself, just as `observe` does.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most only act, and are written as what they are
  apply?(c: Context): Promise<Observed | void>;
  /** What exists and differs, as far as that can be told before anything is made. Nothing: all is well, or not there yet. */
  differs?(c: Context): Promise<readonly Difference[]>;
  /** Making it takes something away: it waits for an approval of its `stake`. */
  readonly asks?: boolean;
  /**
   * What its removal, or its making where it asks, would take away as it is now: lines for a person to approve, and a text that changes when the thing
   * does. @default its title
   */
  stake?(c: Context): Promise<Stake>;
  /** Its removal needs the rest of the cluster to live, and is left out where all of it goes. */
  readonly leaves?: boolean;
  /** Key of the step whose removal takes this one's doing along: what is on a machine goes with the machine. */
  readonly within?: string;
  /** Called after it has failed three times, and when it has failed for good: looks for the cause, tells it by `diagnosed`. */
  diagnose?(c: Context): Promise<void>;
  /** What a person would type for it, from the very values that it works with. Nothing: there is nothing to type. */
  byHand?(c: ByHand, walks: 'forward' | 'backward'): Promise<readonly Typed[]> | readonly Typed[];
  /** Whether there is something to remove, however it looks. @default whether `observe` sees anything */
  exists?(c: Context): Promise<boolean>;
  /** Delete walks the steps backwards and calls this, then looks. Absent already: no error. */
  remove?(c: Context): Promise<void>;
}

export interface Stake {
  /** Empty: there is nothing to take away. */
  readonly lines: readonly string[];
  readonly state: string;
}

export interface Phase<Name extends string = string, After extends string = string> {
  readonly name: Name;
  readonly title: string;
  /** Chapter of the tutorial. */
  readonly chapter: number;
  /**
   * Phases whose steps must all be done first. A step that names its own `after` waits for those steps instead, so
   * that one machine can be ahead of another.
   */
  readonly after: readonly After[];
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
export interface Context {
  readonly cluster: Cluster;
  readonly cloud: Cloud;
  readonly remote: Remote;
  readonly vault: Vault;
  readonly kube: Kube;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Goes to Compute with a call: stored before it, the same again after a crash. */
  readonly request: string;
  /** Replaces every upstream host of a download; undefined: upstream itself. */
  readonly mirror: string | undefined;
  /** Ids of the kubeconfigs of people that are to work now. */
  grants(): Promise<readonly string[]>;
  /** What exists and differs, over all the steps of this run. */
  survey(): Promise<readonly Difference[]>;
  /** @throws a bug when no step before this one made the fact known. */
  know<T>(fact: Fact<T>): T;
  /** The same where it may not be known yet. */
  knows<T>(fact: Fact<T>): T | undefined;
  /** A line for the thread; goes through the journal like everything. */
  say(line: string): void;
  /** Why something is slow or fails, for the thread; the first is told, until the run is resumed. */
  diagnosed(cause: Cause): void;
}

/** All that files and commands are rendered from. */
export interface Rendering extends Pick<Context, 'cluster' | 'mirror' | 'know' | 'knows'> {
  readonly vault: Pick<Vault, 'get'>;
}

/** The same for showing it: where a secret would be, there is only a word for it. */
export interface ByHand extends Rendering {
  readonly vault: BlankVault;
}

/** What a person types: as root on a machine of the cluster, or where nothing is named, on their own. */
export interface Typed {
  readonly on?: string;
  readonly script: string;
}

export interface Cause {
  /** Figures, a line each. */
  readonly findings: readonly string[];
  /** A machine type that would do. */
  readonly resizeTo?: string;
}

/** Keeps the literal name and the literal dependencies, so that the compiler can check the registry. */
export function definePhase<const N extends string, const A extends string = never>(phase: Phase<N, A>): Phase<N, A> {
  return phase;
}

export function present(...facts: Known[]): Observed {
  return { is: 'present', facts };
}

/** What somebody who looked by hand would have read, and what is known from it. */
export function saw(text: string, ...facts: Known[]): Observed {
  return { is: 'present', facts, saw: text };
}

export function known<T extends z.core.util.JSONType>(fact: Fact<T>, value: T): Known {
  return { name: fact.name, value };
}
