import type { Difference, Fault, Onward, Person } from '../../store/events.ts';
import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Secret } from '../../store/vault/secret.ts';
import type { Judgement } from '../diagnostics/cis/check.ts';
import type { Sight } from '../diagnostics/cluster-snapshot.ts';
import type { Patient, Verdict } from '../diagnostics/diagnose.ts';
import type { HardWay } from '../manual/phase-commands.ts';

/** What came of going on from a pause. Everything but `went` changed nothing. */
export type PauseAnswer =
  | { readonly went: Onward }
  /** Somebody was first. */
  | { readonly already: Onward; readonly by: Person; readonly at: Date }
  /** The run is over, or went on by itself. */
  | { readonly past: true };

/** The run that has a cluster now. */
export interface Holder {
  readonly run: string;
  readonly operation: string;
  readonly by: Person;
  readonly since: Date;
}

/** What came of asking. Being refused is an answer, not an error. */
export type Answer =
  | { readonly run: string }
  | { readonly heldBy: Holder }
  /** Create of a cluster that exists as asked, or resume and cancel with nothing left to do. */
  | { readonly unchanged: ClusterRecord }
  /** Create of a cluster that exists, with other values. */
  | { readonly differs: readonly Difference[] };

export type AnswerOrUnknown = Answer | { readonly unknown: true };

export type PhaseState = 'waiting' | 'running' | 'retrying' | 'done' | 'failed' | 'conflicted' | 'postponed';

export interface PhaseView {
  readonly name: string;
  readonly title: string;
  readonly chapter: number;
  readonly state: PhaseState;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Steps done, of `total`. */
  readonly done: number;
  readonly total: number;
  /** What it waits for, or the fault that it is retrying after. */
  readonly note?: string;
}

/** A run as people see it: a pure projection of its record, its plan and its events. */
export interface RunView {
  readonly run: string;
  readonly cluster: string;
  readonly operation: string;
  readonly by: Person;
  readonly channel: string;
  readonly startedAt: Date;
  readonly finishedAt?: Date;
  readonly over?: 'succeeded' | 'failed' | 'cancelled';
  readonly cancelAsked: boolean;
  /** The chapter that is done, and after which it waits for a button. */
  readonly pausedAfter?: number;
  /** In the order in which the operation walks them. */
  readonly phases: readonly PhaseView[];
  /** Every planned step: what a thread needs to name it, and the steps that it waits for. */
  readonly steps: Readonly<
    Record<string, { readonly title: string; readonly phase: string; readonly after: readonly string[] }>
  >;
  /** Steps that stopped, were postponed or conflict, as they stand now. */
  readonly troubles: readonly {
    readonly step: string;
    readonly fault?: Fault;
    readonly differences?: readonly Difference[];
  }[];
  /** What is known of the cluster, by the names of the engine's facts. Never a secret. */
  readonly facts: ClusterRecord['facts'];
  /** Number of the last event that is in here. */
  readonly lastSeq: number;
}

export interface ClusterStatus {
  readonly name: string;
  readonly record: ClusterRecord;
  /** The newest run, whether over or not. */
  readonly latest?: RunView;
}

/** A kubeconfig for one person. Its text is a secret; it ends by itself. */
export interface Kubeconfig {
  readonly file: Secret;
  readonly endsAt: Date;
  readonly commonName: string;
}

/** What was seen on all machines of a cluster, and what it means. */
export interface Diagnosis extends Verdict {
  readonly cluster: string;
  readonly state: ClusterRecord['state'];
  readonly patients: readonly Patient[];
  /** Each item of the benchmark, in its order. */
  readonly hardening: readonly Judgement[];
}

/** What a parked run waits for a person to say. */
export interface ApprovalView {
  readonly run: string;
  readonly cluster: string;
  readonly operation: string;
  /** Of exactly what was shown: the resources by name, their sizes, and the state they were found in. */
  readonly digest: string;
  /** What will be destroyed, a line each. */
  readonly destroys: readonly string[];
  readonly askedBy: Person;
  readonly expiresAt: Date;
}

/** What came of a press. Everything but `decided` changed nothing. */
export type Decision =
  | { readonly decided: 'given' | 'refused' }
  /** Somebody was first. */
  | { readonly already: 'given' | 'refused'; readonly by: Person; readonly at: Date }
  | { readonly dead: 'expired' | 'superseded' | 'over' | 'unknown' };

export interface AuditEntry {
  readonly at: Date;
  readonly run?: string;
  /** Who asked, approved, cancelled; absent: the engine itself. */
  readonly by?: Person;
  /** In words: `asked for rebuild from controllers`, `removed machine demo-worker-3`, `issued a kubeconfig until …`. */
  readonly what: string;
  readonly durationMs?: number;
  readonly outcome?: 'succeeded' | 'failed' | 'cancelled';
}

/** A kubeconfig that was given out and has not ended or been revoked. */
export interface Grant {
  readonly id: string;
  readonly to: Person;
  readonly commonName: string;
  readonly issuedAt: Date;
  readonly endsAt: Date;
}

export interface RevokeAsked {
  /** Whose kubeconfigs. */
  readonly of: Person;
  readonly by: Person;
  /** Only this one. */
  readonly grant?: string | undefined;
}

/** What came of revoking. `reached`: the cluster's API was told, so that it works no more; else the next run tells it. */
export type Revocation = { readonly revoked: readonly Grant[]; readonly reached: boolean } | { readonly unknown: true };

/** What came of asking for more time. */
export type Extension =
  | { readonly endsAt: Date }
  /** Somebody extended it before. */
  | { readonly already: Date }
  | { readonly unknown: true };

/** All that commands may ask of the engine. Every call returns soon: the work itself is a run. */
export interface Desk {
  /** @param asked `ttlMs`: how long it is wanted; absent: until somebody deletes it */
  create(asked: {
    readonly spec: ClusterSpec;
    readonly by: Person;
    readonly channel: string;
    readonly ttlMs?: number;
    /** It waits for a button after every chapter. */
    readonly pause?: boolean;
  }): Promise<Answer>;
  /** More time for a cluster that has an end. @param from the end that was shown */
  extend(name: string, from: Date, hours: number, by: Person): Promise<Extension>;
  resume(name: string, by: Person): Promise<AnswerOrUnknown>;
  cancel(name: string, by: Person): Promise<AnswerOrUnknown>;
  smoke(name: string, by: Person, channel: string): Promise<AnswerOrUnknown>;
  delete(name: string, by: Person, channel: string): Promise<AnswerOrUnknown>;
  status(name: string): Promise<ClusterStatus | undefined>;
  list(): Promise<ClusterStatus[]>;
  /** @param hours how long it works. @default 24 */
  kubeconfig(name: string, by: Person, hours?: number): Promise<Kubeconfig | { readonly notReady: string } | undefined>;
  /** Kubeconfigs of a cluster that work now, oldest first. */
  grants(name: string): Promise<readonly Grant[]>;
  /** Ends kubeconfigs of a person before their time. */
  revoke(name: string, asked: RevokeAsked): Promise<Revocation>;
  /** Goes on from the pause after a chapter, or stops there. The first press wins. */
  goOn(run: string, chapter: number, by: Person, how: Onward): Promise<PauseAnswer>;
  /** What a person would have typed for a phase of a run, and what came back. @param phase by its name in the view */
  hardWay(run: string, phase: string): Promise<HardWay | undefined>;
  /** The approval that a run waits for now. */
  approval(run: string): Promise<ApprovalView | undefined>;
  /** An answer to `approval.asked`, for exactly what `digest` stands for. The first valid one wins. */
  decide(run: string, digest: string, by: Person, yes: boolean): Promise<Decision>;
  /**
   * Starts over from a phase: what it and later phases made is taken down, after an approval, and built again. Network,
   * address and authority of earlier phases stay.
   * @param machineType for the machines that are made anew
   */
  rebuild(
    name: string,
    asked: { readonly from: string; readonly machineType?: string; readonly by: Person; readonly channel: string },
  ): Promise<AnswerOrUnknown>;
  /**
   * Machines of another type: a cluster that is ready restarts them one by one, after an approval; one that is not is
   * rebuilt from its controllers on.
   */
  resize(
    name: string,
    asked: { readonly machineType: string; readonly by: Person; readonly channel: string },
  ): Promise<AnswerOrUnknown | { readonly problem: string }>;
  /** Looks at all machines side by side, for up to 15 s once ssh is open, and shuts it behind where no run needs it. */
  doctor(name: string): Promise<Diagnosis | { readonly unknown: true }>;
  /** The cluster as it is just now, for up to 7 s once ssh is open; what could not be looked at is said. */
  sight(name: string): Promise<Sight | { readonly unknown: true }>;
  /** More workers, or fewer after an approval that lists the pods that will move. */
  scale(
    name: string,
    asked: { readonly workers: number; readonly by: Person; readonly channel: string },
  ): Promise<AnswerOrUnknown>;
  /** What happened to a cluster of this name, oldest first; also after it was deleted. */
  audit(name: string): Promise<readonly AuditEntry[] | undefined>;
  /** The run as its events stand now; consistent with `lastSeq`. */
  runView(run: string): Promise<RunView | undefined>;
}
