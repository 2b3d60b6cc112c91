import { z } from 'zod';
import { PauseDecision } from './events.ts';
import { KubeconfigRole } from './kubeconfig-role.ts';
import { Person } from './person.ts';

/** Requested configuration of a cluster, validated. */
export const ClusterSpec = z.object({
  name: z.string(),
  region: z.string(),
  zone: z.string(),
  controllers: z.union([z.literal(1), z.literal(3), z.literal(5)]),
  workers: z.number().int().min(0).max(20),
  machineType: z.string(),
  version: z.string(),
  subnet: z.string(),
  podCidr: z.string(),
  serviceCidr: z.string(),
  /** Allowed SSH source ranges, as IPv4 CIDRs. Absent in records of earlier releases: any source. */
  sshRanges: z.array(z.string()).readonly().optional(),
  forceSize: z.boolean(),
});
export type ClusterSpec = z.infer<typeof ClusterSpec>;

const Instant = z.iso.datetime();

/** State of a cluster after the last run that changed it. `new`: none has ended yet. */
const SettledState = z.enum(['new', 'ready', 'failed', 'cancelled', 'deleted']);
export type SettledState = z.infer<typeof SettledState>;

/** Schemas of stored records. Every read is validated; errors name the record and the path. */
export const recordSchemas = {
  cluster: z.object({
    spec: ClusterSpec,
    createdBy: Person,
    channel: z.string(),
    createdAt: Instant,
    /** Run that changes the cluster. At most one at a time. */
    activeRun: z.string().optional(),
    /** Run that waits for an approval to stop the active run and take its place. At most one at a time. */
    queuedRun: z.string().optional(),
    /** Run ids, in the order in which they were started or resumed. */
    runs: z.array(z.string()),
    settledState: SettledState,
    /** When the cluster first became ready. */
    readySince: Instant.optional(),
    /** Outputs of finished runs: addresses, fingerprints. Never a secret. */
    outputs: z.record(z.string(), z.json()),
    /** Expiry (TTL). Absent: no expiry. */
    expiresAt: Instant.optional(),
  }),
  /** Reminder about the expiry of a cluster. Its id is the cluster name. */
  ttlReminder: z.object({
    /** Expiry this reminder is for; a new expiry means a new reminder. */
    expiresAt: Instant,
    /** When a process started to send it; without `sentAt`, the outcome is unknown. */
    claimedAt: Instant,
    firstSentAt: Instant.optional(),
    sentAt: Instant.optional(),
    deletedAt: Instant.optional(),
  }),
  run: z.object({
    cluster: z.string(),
    operation: z.string(),
    spec: ClusterSpec,
    requestedBy: Person,
    channel: z.string(),
    requestedAt: Instant,
    /** Whether a runner has work to do. The dispatcher picks up open runs on startup. */
    open: z.boolean(),
    /** Rebuild only: first phase to rebuild. */
    fromPhase: z.string().optional(),
    /** Delete only: it waits for an approval, too. */
    requiresApproval: z.boolean().optional(),
    /** Tutorial mode. */
    pausesAfterChapters: z.boolean().optional(),
    /** Scale and rebuild only: configuration before the run, with all workers that may exist. */
    previousSpec: ClusterSpec.optional(),
    /** Configuration before the run without workers that an interrupted scale left. Absent: equal to `previousSpec`. */
    settledSpec: ClusterSpec.optional(),
    /** The cluster was never ready before this run. Its success delivers the kubeconfig. */
    isFirstSetup: z.boolean().optional(),
  }),
  /**
   * First valid reply to an approval request or a pause, created once. Its id is `RUN.SEQ`, with the sequence number of the
   * request.
   */
  decision: z.object({
    run: z.string(),
    digest: z.string(),
    approved: z.boolean(),
    decidedBy: Person,
    decidedAt: Instant,
    /** For pauses only. */
    pauseDecision: PauseDecision.optional(),
  }),
  /** Progress of a run's notifications: outbox cursor and posted messages. */
  slackThread: z.object({
    channel: z.string(),
    /** Timestamp of the summary message; absent until posted. */
    ts: z.string().optional(),
    /** Sequence number of the last delivered event. */
    cursor: z.number().int().min(0),
    /** Delivery in flight. After a crash it is looked up in Slack, so that it is not posted twice. */
    deliveryClaim: z.string().optional(),
    /** Messages whose buttons are removed when they become outdated, by the event's `seq`. `renderedState`: state shown in Slack. */
    editableMessages: z
      .array(z.object({ seq: z.number().int(), channel: z.string(), ts: z.string(), renderedState: z.string() }))
      .optional(),
  }),
  /** Ciphertext of one version of a secret. */
  secret: z.object({
    cluster: z.string(),
    path: z.string(),
    version: z.string(),
    nonce: z.string(),
    ciphertext: z.string(),
  }),
  /** Wrapped data key of a cluster, and the index that it authenticates: versions of secrets by path, and outputs by name. */
  dataKey: z.object({
    wrappedKey: z.string(),
    keyVersion: z.string(),
    index: z.object({
      revision: z.number().int().min(0),
      versions: z.record(z.string(), z.string()),
      outputs: z.record(z.string(), z.json()),
      mac: z.string(),
    }),
  }),
  /** Kubeconfig issued to a user. */
  kubeconfigGrant: z.object({
    cluster: z.string(),
    grantee: Person,
    commonName: z.string(),
    /** Absent in records of earlier releases, which bound every kubeconfig to cluster-admin. */
    role: KubeconfigRole.default('cluster-admin'),
    issuedAt: Instant,
    expiresAt: Instant,
    /** Absent in records of earlier releases: their delivery was not recorded and counts as confirmed. */
    recordsDelivery: z.literal(true).optional(),
    /** When Slack confirmed the file. Absent: in progress, or withdrawn. */
    deliveredAt: Instant.optional(),
    /** Set when the kubeconfig could not be delivered. */
    withdrawnAt: Instant.optional(),
    /** Set when revocation was requested. */
    revoked: z.object({ revokedBy: Person, revokedAt: Instant }).optional(),
  }),
  /**
   * Files in Slack that contain a kubeconfig. Its id is the id of the grant. Removed when Slack has deleted the files, so a
   * list contains only files that may exist.
   */
  kubeconfigFile: z.object({
    cluster: z.string(),
    issuedAt: Instant,
    /** Stored before the content is shared. More than one after retries. */
    fileIds: z.array(z.string()),
    /** DM with the files. */
    channel: z.string().optional(),
    /** A process deletes the files until then. */
    claimedUntil: Instant.optional(),
  }),
  /** TTL extension, created once for each expiry. Its id is `CLUSTER.PREVIOUS_EXPIRY`. */
  ttlExtension: z.object({
    cluster: z.string(),
    extendedBy: Person,
    extendedAt: Instant,
    previousExpiresAt: Instant,
    expiresAt: Instant,
  }),
  /** Handled Slack requests, so that redelivered requests have no effect, and the channels in which modals were opened. */
  processedRequest: z.object({ processedAt: Instant, channel: z.string().optional() }),
} as const satisfies Record<string, z.ZodType>;

export type RecordKind = keyof typeof recordSchemas;
export type RecordValue<K extends RecordKind> = z.infer<(typeof recordSchemas)[K]>;
export type ClusterRecord = RecordValue<'cluster'>;
export type RunRecord = RecordValue<'run'>;

/** A record does not match its schema. The message names kind, id and path, never the value. */
export class InvalidRecord extends Error {
  override name = 'InvalidRecord';
}
