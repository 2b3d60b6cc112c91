import { z } from 'zod';
import { PauseDecision, Person } from './events.ts';

/** What was asked for: every value of a cluster that a person can choose, validated. */
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
  /** From where ssh comes in, as IPv4 ranges. Absent in records of earlier releases: from anywhere. */
  sshRanges: z.array(z.string()).readonly().optional(),
  forceSize: z.boolean(),
});
export type ClusterSpec = z.infer<typeof ClusterSpec>;

const Instant = z.iso.datetime();

/** The shared vocabulary of what is kept. Every read is checked against these; a mismatch names the record and the path. */
export const recordSchemas = {
  cluster: z.object({
    spec: ClusterSpec,
    createdBy: Person,
    channel: z.string(),
    createdAt: Instant,
    /** The run that holds the cluster now. One at a time. */
    activeRun: z.string().optional(),
    /** Runs of this cluster, oldest first. */
    runs: z.array(z.string()),
    state: z.enum(['provisioning', 'ready', 'failed', 'cancelled', 'deleting', 'deleted']),
    /** What finished runs found out: addresses, fingerprints. Never a secret. */
    outputs: z.record(z.string(), z.json()),
    /** Until when it is wanted. Absent: until somebody deletes it. */
    expiresAt: Instant.optional(),
  }),
  /** What was done about the end of a cluster that is wanted for a time. Its id is the cluster's name. */
  ttlReminder: z.object({
    /** The end that it is about: another one is another reminder. */
    expiresAt: Instant,
    /** When a process began to ask; without `askedAt` nobody knows whether it did. */
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
    /** Whether a runner has still something to do here: the dispatcher takes these up at its start. */
    open: z.boolean(),
    /** Rebuild: the phase it starts over from. */
    fromPhase: z.string().optional(),
    /** It waits for a button after every chapter of the tutorial. */
    pausesAfterChapters: z.boolean().optional(),
    /** Scale and rebuild: the cluster as it was before, with all workers that may be there. */
    previousSpec: ClusterSpec.optional(),
    /** Where that is more than was asked for last: what the cluster goes back to if nothing is done. */
    rollbackSpec: ClusterSpec.optional(),
  }),
  /**
   * The first valid answer to an approval or a pause; created once, so that there is one. Its id is `RUN.NUMBER OF THE
   * QUESTION`.
   */
  decision: z.object({
    run: z.string(),
    digest: z.string(),
    approved: z.boolean(),
    decidedBy: Person,
    decidedAt: Instant,
    /** To a pause. */
    pauseDecision: PauseDecision.optional(),
  }),
  /** How far a run has been told in Slack: the outbox's cursor and the messages that it owns. */
  slackThread: z.object({
    channel: z.string(),
    /** The summary message; absent until it was posted. */
    ts: z.string().optional(),
    /** Last event that was told. */
    cursor: z.number().int().min(0),
    /** What was about to be posted when this was written: found again after a crash, never posted twice. */
    deliveryClaim: z.string().optional(),
    /** Messages that ask something, by the event that asked, while something may still come of it; `shows`: what they say. */
    approvalMessages: z
      .array(z.object({ seq: z.number().int(), channel: z.string(), ts: z.string(), renderedState: z.string() }))
      .optional(),
  }),
  /** Ciphertext only. `keyVersion` names the key that wrapped the cluster's data key. */
  secret: z.object({ cluster: z.string(), path: z.string(), nonce: z.string(), ciphertext: z.string() }),
  dataKey: z.object({ wrappedKey: z.string(), keyVersion: z.string() }),
  /** A kubeconfig that was given to somebody. */
  kubeconfigGrant: z.object({
    cluster: z.string(),
    grantee: Person,
    commonName: z.string(),
    issuedAt: Instant,
    expiresAt: Instant,
    /** From then on it is to work no more. */
    revoked: z.object({ revokedBy: Person, revokedAt: Instant }).optional(),
  }),
  /** More time for a cluster; created once for each end that was shown. Its id is `CLUSTER.THAT END`. */
  ttlExtension: z.object({
    cluster: z.string(),
    extendedBy: Person,
    extendedAt: Instant,
    previousExpiresAt: Instant,
    expiresAt: Instant,
  }),
  /** Requests from Slack that were acted on, so that a repeat acts once. */
  processedRequest: z.object({ processedAt: Instant }),
} as const satisfies Record<string, z.ZodType>;

export type RecordKind = keyof typeof recordSchemas;
export type RecordValue<K extends RecordKind> = z.infer<(typeof recordSchemas)[K]>;
export type ClusterRecord = RecordValue<'cluster'>;
export type RunRecord = RecordValue<'run'>;
