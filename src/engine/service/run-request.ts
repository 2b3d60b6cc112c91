import type { Person } from '../../store/person.ts';
import type { ClusterSpec } from '../../store/records.ts';

/** Who requests a run, and the channel that shows it. */
export interface RunRequest {
  readonly requester: Person;
  readonly channel: string;
}

export interface CreateClusterRequest extends RunRequest {
  readonly spec: ClusterSpec;
  /** Time to live. Absent: the cluster does not expire. */
  readonly ttlMs?: number;
  readonly pausesAfterChapters?: boolean;
}

export interface RebuildClusterRequest extends RunRequest {
  readonly fromPhase: string;
  /** For the recreated instances; checked first. @default the cluster's machine type */
  readonly machineType?: string;
}

export interface ResizeClusterRequest extends RunRequest {
  readonly machineType: string;
  /** The latest run when the button was shown. It is refused if a newer run has changed the cluster. */
  readonly shownRun?: string | undefined;
}

/** What the confirmation of a delete showed. A delete is refused if it has changed since. */
export interface DeleteConfirmation {
  /** The active run that it named. */
  readonly stops?: string | undefined;
  /** The latest run of the cluster. */
  readonly shownRun?: string | undefined;
  /** Wait for an approval, and stop the active run only then. */
  readonly requiresApproval?: boolean;
}

export interface ScaleClusterRequest extends RunRequest {
  readonly workers: number;
  readonly shownRun?: string | undefined;
}
