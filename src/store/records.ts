import { z } from 'zod';
import { Onward, Person } from './events.ts';

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
export const records = {
  cluster: z.object({
    spec: ClusterSpec,
    by: Person,
    channel: z.string(),
    createdAt: Instant,
    /** The run that holds the cluster now. One at a time. */
    holding: z.string().optional(),
    /** Runs of this cluster, oldest first. */
    runs: z.array(z.string()),
    state: z.enum(['building', 'ready', 'failed', 'cancelled', 'deleting', 'deleted']),
    /** What finished runs found out: addresses, fingerprints. Never a secret. */
    facts: z.record(z.string(), z.json()),
    /** Until when it is wanted. Absent: until somebody deletes it. */
    endsAt: Instant.optional(),
  }),
  /** What was done about the end of a cluster that is wanted for a time. Its id is the cluster's name. */
  reminder: z.object({
    /** The end that it is about: another one is another reminder. */
    endsAt: Instant,
    /** When a process began to ask; without `askedAt` nobody knows whether it did. */
    claimedAt: Instant,
    firstAt: Instant.optional(),
    askedAt: Instant.optional(),
    deletedAt: Instant.optional(),
  }),
  run: z.object({
    cluster: z.string(),
    operation: z.string(),
    spec: ClusterSpec,
    by: Person,
    channel: z.string(),
    requestedAt: Instant,
    /** Whether a runner has still something to do here: the dispatcher takes these up at its start. */
    open: z.boolean(),
    /** Rebuild: the phase it starts over from. */
    from: z.string().optional(),
    /** It waits for a button after every chapter of the tutorial. */
    pause: z.boolean().optional(),
    /** Scale and rebuild: the cluster as it was before, with all workers that may be there. */
    before: ClusterSpec.optional(),
    /** Where that is more than was asked for last: what the cluster goes back to if nothing is done. */
    was: ClusterSpec.optional(),
  }),
  /**
   * The first valid answer to an approval or a pause; created once, so that there is one. Its id is `RUN.NUMBER OF THE
   * QUESTION`.
   */
  answer: z.object({
    run: z.string(),
    digest: z.string(),
    yes: z.boolean(),
    by: Person,
    at: Instant,
    /** To a pause. */
    how: Onward.optional(),
  }),
  /** How far a run has been told in Slack: the outbox's cursor and the messages that it owns. */
  thread: z.object({
    channel: z.string(),
    /** The summary message; absent until it was posted. */
    ts: z.string().optional(),
    /** Last event that was told. */
    cursor: z.number().int().min(0),
    /** What was about to be posted when this was written: found again after a crash, never posted twice. */
    intent: z.string().optional(),
    /** Messages that ask something, by the event that asked, while something may still come of it; `shows`: what they say. */
    questions: z
      .array(z.object({ seq: z.number().int(), channel: z.string(), ts: z.string(), shows: z.string() }))
      .optional(),
  }),
  /** Ciphertext only. `keyVersion` names the key that wrapped the cluster's data key. */
  secret: z.object({ cluster: z.string(), path: z.string(), nonce: z.string(), data: z.string() }),
  dataKey: z.object({ wrapped: z.string(), keyVersion: z.string() }),
  /** A kubeconfig that was given to somebody. */
  grant: z.object({
    cluster: z.string(),
    to: Person,
    commonName: z.string(),
    issuedAt: Instant,
    endsAt: Instant,
    /** From then on it is to work no more. */
    revoked: z.object({ by: Person, at: Instant }).optional(),
  }),
  /** More time for a cluster; created once for each end that was shown. Its id is `CLUSTER.THAT END`. */
  extension: z.object({ cluster: z.string(), by: Person, at: Instant, from: Instant, endsAt: Instant }),
  /** Requests from Slack that were acted on, so that a repeat acts once. */
  seen: z.object({ at: Instant }),
} as const satisfies Record<string, z.ZodType>;

export type Kind = keyof typeof records;
export type RecordOf<K extends Kind> = z.infer<(typeof records)[K]>;
export type ClusterRecord = RecordOf<'cluster'>;
export type RunRecord = RecordOf<'run'>;
