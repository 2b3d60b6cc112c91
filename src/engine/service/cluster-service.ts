import type { PauseDecision, StoppedRun } from '../../store/events.ts';
import type { Person } from '../../store/person.ts';
import type { ClusterRecord } from '../../store/records.ts';
import type { Difference, StepError } from '../../store/step-error.ts';
import type { ClusterSnapshot } from '../diagnostics/cluster-snapshot.ts';
import type { DoctorReport } from '../diagnostics/diagnose-cluster.ts';
import type { MissingPart } from '../diagnostics/find-missing-parts.ts';
import type { InspectionAccess } from '../diagnostics/inspect-instances.ts';
import type { MachineTypeProblem } from '../gcp/compute/find-machine-type-problem.ts';
import type { DeletionBlocker } from '../steps/deletion-blockers.ts';
import type { ClusterState } from '../workflow/cluster-state.ts';
import type { BudgetProblem } from './budgets/budgets.ts';
import type { KubeconfigService } from './kubeconfigs/kubeconfig-service.ts';
import type { PhaseCommands } from './phase-commands.ts';
import type {
  CreateClusterRequest,
  DeleteConfirmation,
  RebuildClusterRequest,
  ResizeClusterRequest,
  ScaleClusterRequest,
} from './run-request.ts';

/** The run that holds a cluster. */
export interface ActiveRun {
  readonly run: string;
  readonly operation: string;
  readonly requester: Person;
  readonly since: Date;
}

/** Result of a request to start, resume or cancel a run. A refusal is a result, not an error. */
export type StartResult =
  | {
      readonly run: string;
      /** The run waits for an approval that stops this run. */
      readonly stops?: ActiveRun;
      /** What the cluster lacked when the run was requested. */
      readonly missingParts?: readonly MissingPart[];
    }
  /** The cluster lacks what the operation needs. */
  | { readonly blockedBy: readonly MissingPart[] }
  | { readonly activeRun: ActiveRun }
  /** The request would exceed a limit of the policy. */
  | { readonly overBudget: BudgetProblem }
  /** The cluster already has the requested state, or no run is left to resume or cancel. */
  | { readonly unchanged: ClusterState }
  /** Create: the cluster exists with different settings. `shownRun`: its latest run, if it is ready for a change. */
  | { readonly differences: readonly Difference[]; readonly shownRun?: string | undefined }
  /** The cluster must be ready first. */
  | { readonly notReady: ClusterState }
  /** The button's run is no longer current. */
  | { readonly notCurrent: NotCurrentReason; readonly newerOperation?: string }
  /** `shownRun`: the cluster's latest run, if a resize to the suggested type would change it. */
  | (MachineTypeProblem & { readonly shownRun?: string | undefined })
  /** Kubernetes versions that can be downloaded, because the cluster's can't. */
  | { readonly unavailableVersion: string; readonly availableVersions: readonly string[] };

/** Why a button can't do what it offered. */
export type NotCurrentReason = 'superseded' | 'ended' | 'rejected' | 'changedNothing' | 'deletionCancelled';

export interface NotFound {
  readonly notFound: true;
}

export type StartResultOrNotFound = StartResult | NotFound;

export type PhaseState = 'pending' | 'running' | 'retrying' | 'done' | 'failed' | 'conflicted' | 'deferred';

export interface PhaseView {
  readonly name: string;
  readonly title: string;
  readonly chapter: number;
  readonly state: PhaseState;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Number of completed steps, out of `total`. */
  readonly done: number;
  readonly total: number;
  /** The running step, or the error of the last attempt. */
  readonly note?: string;
}

/** A projection of a run's record, plan and events. */
export interface RunView {
  readonly run: string;
  readonly cluster: string;
  readonly operation: string;
  readonly requester: Person;
  /** Who requested or resumed the run. */
  readonly requesters: readonly Person[];
  readonly channel: string;
  readonly startedAt: Date;
  readonly finishedAt?: Date;
  readonly outcome?: 'succeeded' | 'failed' | 'cancelled';
  readonly cancelRequested: boolean;
  readonly isRejected: boolean;
  /** It has started to change the cluster. */
  readonly hasChanges: boolean;
  /** It has succeeded at least once. A resume then only retries deferred steps. */
  readonly hasSucceeded: boolean;
  /** It has ended, and a resume would continue it. */
  readonly canResume: boolean;
  /** Its success makes the cluster ready for the first time. */
  readonly isFirstSetup: boolean;
  /** A delete that waits for an approval. */
  readonly requiresApproval: boolean;
  /** The completed chapter after which the run waits for a decision. */
  readonly pausedAfterChapter?: number;
  /** In execution order. */
  readonly phases: readonly PhaseView[];
  /** Every planned step, by id. */
  readonly steps: Readonly<
    Record<string, { readonly title: string; readonly phase: string; readonly dependsOn: readonly string[] }>
  >;
  /** Steps that are failed, deferred or in conflict now. Without a step: an error of the run itself. */
  readonly problems: readonly {
    readonly step?: string;
    readonly error?: StepError;
    readonly differences?: readonly Difference[];
  }[];
  /** Step outputs by name. Never holds a secret. */
  readonly outputs: ClusterRecord['outputs'];
  /** Number of the last event in this view. */
  readonly lastSeq: number;
}

export interface ClusterStatus {
  readonly name: string;
  readonly state: ClusterState;
  readonly record: ClusterRecord;
  readonly latestRun?: RunView;
  /** The last run that changed the cluster and succeeded. Its deferred steps are missing in the cluster. */
  readonly lastSucceededRun?: RunView;
  /** Waits for an approval to stop the active run. */
  readonly queuedRun?: RunView;
}

export interface ApprovalView {
  readonly run: string;
  readonly cluster: string;
  readonly operation: string;
  /** Covers the displayed resources: their names, sizes and observed state. */
  readonly digest: string;
  /** One line per resource that the run will delete. */
  readonly deletions: readonly string[];
  /** The active run that the approval stops. */
  readonly stops?: StoppedRun;
  readonly requester: Person;
  readonly expiresAt: Date;
}

/** Result of an approval or rejection. Only `decided` changed the run. */
export type Decision =
  | { readonly decided: 'approved' | 'rejected' }
  | { readonly alreadyDecided: 'approved' | 'rejected'; readonly decidedBy: Person; readonly decidedAt: Date }
  | { readonly invalidReason: 'expired' | 'superseded' | 'over' | 'unknown' };

/** Result of a decision at a chapter pause. Only `decided` changed the run. */
export type PauseResult =
  | { readonly decided: PauseDecision }
  | { readonly alreadyDecided: PauseDecision; readonly decidedBy: Person; readonly decidedAt: Date }
  /** The run has ended or already continued. */
  | { readonly notPaused: true };

export interface AuditEntry {
  readonly at: Date;
  readonly run?: string;
  /** Absent: the engine. */
  readonly actor?: Person;
  /** For example `requested rebuild from controllers` or `deleted VM instance demo-worker-3`. */
  readonly description: string;
  readonly durationMs?: number;
  readonly outcome?: 'succeeded' | 'failed' | 'cancelled';
}

export type ExtendResult =
  | { readonly expiresAt: Date }
  | { readonly alreadyExtendedTo: Date }
  | { readonly overBudget: BudgetProblem }
  | NotFound;

/** Starts, resumes and cancels runs. Calls return once the run is recorded. */
export interface ClusterLifecycle {
  createCluster(request: CreateClusterRequest): Promise<StartResult>;
  /** @param run from a button; refused when it is no longer current. @default the last run that can be resumed */
  resumeRun(name: string, requester: Person, run?: string): Promise<StartResultOrNotFound>;
  /** @param run from a button. @default the active run */
  cancelRun(name: string, requester: Person, run?: string): Promise<StartResultOrNotFound>;
  runSmokeTest(name: string, requester: Person, channel: string): Promise<StartResultOrNotFound>;
  deleteCluster(
    name: string,
    requester: Person,
    channel: string,
    confirmation?: DeleteConfirmation,
  ): Promise<StartResultOrNotFound>;
  /** Deletes, after approval, the resources of a phase and all later phases, then recreates them. */
  rebuildCluster(name: string, request: RebuildClusterRequest): Promise<StartResultOrNotFound>;
  /**
   * Changes the machine type after approval. A ready cluster gets a rolling restart; another is rebuilt from its control
   * plane instances.
   */
  resizeCluster(name: string, request: ResizeClusterRequest): Promise<StartResultOrNotFound>;
  /** Adds workers, or removes them after an approval that lists the pods to move. */
  scaleCluster(name: string, request: ScaleClusterRequest): Promise<StartResultOrNotFound>;
  /** Extends the TTL of a cluster. @param expectedExpiry the expiry that was displayed */
  extendTtl(name: string, expectedExpiry: Date, hours: number, requester: Person): Promise<ExtendResult>;
}

/** Reads clusters and runs from the store. */
export interface ClusterQueries {
  getStatus(name: string): Promise<ClusterStatus | undefined>;
  listClusters(): Promise<ClusterStatus[]>;
  /** @param throughSeq last event to include. @default all */
  getRunView(run: string, throughSeq?: number): Promise<RunView | undefined>;
  /** Oldest first. Also covers deleted clusters of this name. */
  getAuditLog(name: string): Promise<readonly AuditEntry[] | undefined>;
  /** The equivalent manual commands of a phase and their output. @param phase name as in the run view */
  getPhaseCommands(run: string, phase: string): Promise<PhaseCommands | undefined>;
}

/** Decisions that runs wait for. The first valid decision wins. */
export interface RunDecisions {
  getPendingApproval(run: string): Promise<ApprovalView | undefined>;
  /** @param digest of the displayed plan */
  decideApproval(run: string, digest: string, decidedBy: Person, approved: boolean): Promise<Decision>;
  /** Continues or stops a run that is paused after a chapter. */
  continueRun(run: string, chapter: number, decidedBy: Person, decision: PauseDecision): Promise<PauseResult>;
}

/** Inspects the instances of a cluster. With SSH, it disables SSH access afterwards unless a run needs it. */
export interface DiagnosticsService {
  /** Takes up to 15 s once SSH access is enabled. @param access `api` for people who can't change clusters */
  runDoctor(name: string, access: InspectionAccess): Promise<DoctorReport | NotFound>;
  /** Takes up to 7 s once SSH access is enabled. Marks everything it could not inspect as unknown. */
  getSnapshot(name: string, access: InspectionAccess): Promise<ClusterSnapshot | NotFound>;
  /** What a ready cluster lacks. Takes up to 4 s and uses no SSH. */
  listMissingParts(name: string): Promise<readonly MissingPart[]>;
  /** What will make a delete fail, as far as it can be read within 3 s. */
  listDeletionBlockers(name: string): Promise<readonly DeletionBlocker[]>;
}

/** The engine's API. Users depend on the part that they need. */
export interface ClusterService
  extends ClusterLifecycle,
    ClusterQueries,
    RunDecisions,
    KubeconfigService,
    DiagnosticsService {}
