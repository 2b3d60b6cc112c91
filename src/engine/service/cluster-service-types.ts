import type { PauseDecision } from '../../store/events.ts';
import type { Person } from '../../store/person.ts';
import type { ClusterRecord, ClusterSpec } from '../../store/records.ts';
import type { Difference, StepError } from '../../store/step-error.ts';
import type { Secret } from '../../store/vault/secret.ts';
import type { ClusterSnapshot } from '../diagnostics/cluster-snapshot.ts';
import type { DoctorReport } from '../diagnostics/diagnose-cluster.ts';
import type { PhaseCommands } from './phase-commands.ts';

/** What came of going on from a pause. Everything but `went` changed nothing. */
export type PauseResult =
  | { readonly decided: PauseDecision }
  /** Somebody was first. */
  | { readonly alreadyDecided: PauseDecision; readonly decidedBy: Person; readonly decidedAt: Date }
  /** The run is over, or went on by itself. */
  | { readonly notPaused: true };

/** The run that has a cluster now. */
export interface ActiveRun {
  readonly run: string;
  readonly operation: string;
  readonly requester: Person;
  readonly since: Date;
}

/** What came of asking. Being refused is an answer, not an error. */
export type StartResult =
  | { readonly run: string }
  | { readonly activeRun: ActiveRun }
  /** Create of a cluster that exists as asked, or resume and cancel with nothing left to do. */
  | { readonly unchanged: ClusterRecord }
  /** Create of a cluster that exists, with other values. */
  | { readonly differences: readonly Difference[] };

export type StartResultOrNotFound = StartResult | { readonly notFound: true };

export type PhaseState = 'pending' | 'running' | 'retrying' | 'done' | 'failed' | 'conflicted' | 'deferred';

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
  readonly requester: Person;
  readonly channel: string;
  readonly startedAt: Date;
  readonly finishedAt?: Date;
  readonly outcome?: 'succeeded' | 'failed' | 'cancelled';
  readonly cancelRequested: boolean;
  /** The chapter that is done, and after which it waits for a button. */
  readonly pausedAfterChapter?: number;
  /** In the order in which the operation walks them. */
  readonly phases: readonly PhaseView[];
  /** Every planned step: what a thread needs to name it, and the steps that it waits for. */
  readonly steps: Readonly<
    Record<string, { readonly title: string; readonly phase: string; readonly dependsOn: readonly string[] }>
  >;
  /** Steps that stopped, were postponed or conflict, as they stand now. */
  readonly problems: readonly {
    readonly step: string;
    readonly error?: StepError;
    readonly differences?: readonly Difference[];
  }[];
  /** What is known of the cluster, by the names of the engine's facts. Never a secret. */
  readonly outputs: ClusterRecord['outputs'];
  /** Number of the last event that is in here. */
  readonly lastSeq: number;
}

export interface ClusterStatus {
  readonly name: string;
  readonly record: ClusterRecord;
  /** The newest run, whether over or not. */
  readonly latestRun?: RunView;
}

/** A kubeconfig for one person. Its text is a secret; it ends by itself. */
export interface Kubeconfig {
  readonly file: Secret;
  readonly expiresAt: Date;
  readonly commonName: string;
}

/** What a parked run waits for a person to say. */
export interface ApprovalView {
  readonly run: string;
  readonly cluster: string;
  readonly operation: string;
  /** Of exactly what was shown: the resources by name, their sizes, and the state they were found in. */
  readonly digest: string;
  /** What will be destroyed, a line each. */
  readonly deletions: readonly string[];
  readonly requester: Person;
  readonly expiresAt: Date;
}

/** What came of a press. Everything but `decided` changed nothing. */
export type Decision =
  | { readonly decided: 'given' | 'refused' }
  /** Somebody was first. */
  | { readonly alreadyDecided: 'given' | 'refused'; readonly decidedBy: Person; readonly decidedAt: Date }
  | { readonly invalidReason: 'expired' | 'superseded' | 'over' | 'unknown' };

export interface AuditEntry {
  readonly at: Date;
  readonly run?: string;
  /** Who asked, approved, cancelled; absent: the engine itself. */
  readonly actor?: Person;
  /** In words: `asked for rebuild from controllers`, `removed machine demo-worker-3`, `issued a kubeconfig until …`. */
  readonly description: string;
  readonly durationMs?: number;
  readonly outcome?: 'succeeded' | 'failed' | 'cancelled';
}

/** A kubeconfig that was given out and has not ended or been revoked. */
export interface Grant {
  readonly id: string;
  readonly grantee: Person;
  readonly commonName: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface RevokeRequest {
  /** Whose kubeconfigs. */
  readonly grantee: Person;
  readonly requester: Person;
  /** Only this one. */
  readonly grantId?: string | undefined;
}

/** What came of revoking. `reached`: the cluster's API was told, so that it works no more; else the next run tells it. */
export type RevokeResult =
  | { readonly revoked: readonly Grant[]; readonly isEnforced: boolean }
  | { readonly notFound: true };

/** What came of asking for more time. */
export type ExtendResult =
  | { readonly expiresAt: Date }
  /** Somebody extended it before. */
  | { readonly alreadyExtendedTo: Date }
  | { readonly notFound: true };

/** All that commands may ask of the engine. Every call returns soon: the work itself is a run. */
export interface ClusterService {
  /** @param request `ttlMs`: how long it is wanted; absent: until somebody deletes it */
  createCluster(request: {
    readonly spec: ClusterSpec;
    readonly requester: Person;
    readonly channel: string;
    readonly ttlMs?: number;
    /** It waits for a button after every chapter. */
    readonly pausesAfterChapters?: boolean;
  }): Promise<StartResult>;
  /** More time for a cluster that has an end. @param expectedExpiry the end that was shown */
  extendTtl(name: string, expectedExpiry: Date, hours: number, requester: Person): Promise<ExtendResult>;
  resumeRun(name: string, requester: Person): Promise<StartResultOrNotFound>;
  cancelRun(name: string, requester: Person): Promise<StartResultOrNotFound>;
  runSmokeTest(name: string, requester: Person, channel: string): Promise<StartResultOrNotFound>;
  deleteCluster(name: string, requester: Person, channel: string): Promise<StartResultOrNotFound>;
  getStatus(name: string): Promise<ClusterStatus | undefined>;
  listClusters(): Promise<ClusterStatus[]>;
  /** @param hours how long it works. @default 24 */
  issueKubeconfig(
    name: string,
    requester: Person,
    hours?: number,
  ): Promise<Kubeconfig | { readonly notReady: string } | undefined>;
  /** Kubeconfigs of a cluster that work now, oldest first. */
  listGrants(name: string): Promise<readonly Grant[]>;
  /** Ends kubeconfigs of a person before their time. */
  revokeKubeconfigs(name: string, request: RevokeRequest): Promise<RevokeResult>;
  /** Goes on from the pause after a chapter, or stops there. The first press wins. */
  continueRun(run: string, chapter: number, decidedBy: Person, decision: PauseDecision): Promise<PauseResult>;
  /** What a person would have typed for a phase of a run, and what came back. @param phase by its name in the view */
  getPhaseCommands(run: string, phase: string): Promise<PhaseCommands | undefined>;
  /** The approval that a run waits for now. */
  getPendingApproval(run: string): Promise<ApprovalView | undefined>;
  /** An answer to `approval.asked`, for exactly what `digest` stands for. The first valid one wins. */
  decideApproval(run: string, digest: string, decidedBy: Person, approved: boolean): Promise<Decision>;
  /**
   * Starts over from a phase: what it and later phases made is taken down, after an approval, and built again. Network,
   * address and authority of earlier phases stay.
   * @param machineType for the machines that are made anew
   */
  rebuildCluster(
    name: string,
    request: {
      readonly fromPhase: string;
      readonly machineType?: string;
      readonly requester: Person;
      readonly channel: string;
    },
  ): Promise<StartResultOrNotFound>;
  /**
   * Machines of another type: a cluster that is ready restarts them one by one, after an approval; one that is not is
   * rebuilt from its controllers on.
   */
  resizeCluster(
    name: string,
    request: { readonly machineType: string; readonly requester: Person; readonly channel: string },
  ): Promise<StartResultOrNotFound | { readonly problem: string }>;
  /** Looks at all machines side by side, for up to 15 s once ssh is open, and shuts it behind where no run needs it. */
  runDoctor(name: string): Promise<DoctorReport | { readonly notFound: true }>;
  /** The cluster as it is just now, for up to 7 s once ssh is open; what could not be looked at is said. */
  getSnapshot(name: string): Promise<ClusterSnapshot | { readonly notFound: true }>;
  /** More workers, or fewer after an approval that lists the pods that will move. */
  scaleCluster(
    name: string,
    request: { readonly workers: number; readonly requester: Person; readonly channel: string },
  ): Promise<StartResultOrNotFound>;
  /** What happened to a cluster of this name, oldest first; also after it was deleted. */
  getAuditLog(name: string): Promise<readonly AuditEntry[] | undefined>;
  /** The run as its events stand now; consistent with `lastSeq`. */
  getRunView(run: string): Promise<RunView | undefined>;
}
