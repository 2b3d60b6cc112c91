import { z } from 'zod';
import type { Clock } from '../../engine/workflow/step.ts';
import { parseJson } from '../../store/parse-json.ts';
import type { RecordValue } from '../../store/records.ts';
import type { Store, VersionedRecord } from '../../store/store.ts';

const InFlightDelivery = z.object({
  kind: z.enum(['summary', 'reply', 'question', 'kubeconfig', 'picture']),
  /** Last event that the delivery covers; 0 for the summary. */
  throughSeq: z.number().int().min(0),
  /** Claimed by this notifier until `expiresAt`, which is longer than a call to Slack can take. */
  notifierId: z.string(),
  claimedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
/** The kubeconfig of the run that ended with event `throughSeq` was sent, or failed for `failureReason`. */
const KubeconfigOutcome = z.object({ throughSeq: z.number().int(), failureReason: z.string().optional() });
/** The chart of the run that ended with event `throughSeq` is still to be uploaded. */
const PendingChart = z.object({ throughSeq: z.number().int(), attempts: z.number().int().min(0) });
const DeliveryClaim = z.object({
  inFlight: InFlightDelivery.optional(),
  kubeconfigOutcome: KubeconfigOutcome.optional(),
  pendingChart: PendingChart.optional(),
});

export type InFlightDelivery = z.infer<typeof InFlightDelivery>;
export type DeliveryClaim = z.infer<typeof DeliveryClaim>;

/** Codec for the claim in a thread's record. An unreadable claim counts as none. */
export const deliveryClaims = {
  parse(text: string | undefined): DeliveryClaim {
    return DeliveryClaim.safeParse(parseJson(text)).data ?? {};
  },
  serialize(claim: DeliveryClaim): { readonly deliveryClaim?: string } {
    return Object.values(claim).some((value) => value !== undefined) ? { deliveryClaim: JSON.stringify(claim) } : {};
  },
};

export type VersionedThread = VersionedRecord<RecordValue<'slackThread'>>;
type PostedQuestion = NonNullable<RecordValue<'slackThread'>['editableMessages']>[number];

interface ThreadChange {
  /** `ts: undefined` starts a new thread. */
  readonly thread?: { readonly channel?: string; readonly ts?: string | undefined; readonly cursor?: number };
  /** The question of event `seq`. Without `posted`, its message is never updated again. */
  readonly question?: { readonly seq: number; readonly posted?: Omit<PostedQuestion, 'seq'> | undefined };
  /** Other fields of the claim are kept; undefined removes one. */
  readonly claim?: Omit<DeliveryClaim, 'inFlight'>;
}

/** Saves a changed thread and clears its in-flight claim. @throws StaleVersion */
export async function saveThread(
  record: VersionedThread,
  { thread, question, claim }: ThreadChange,
  store: Pick<Store, 'write'>,
): Promise<VersionedThread> {
  const { ts, editableMessages = [], deliveryClaim, ...rest } = { ...record.value, ...thread };
  const { inFlight: _, ...storedClaim } = deliveryClaims.parse(deliveryClaim);
  const questions = [
    ...editableMessages.filter(({ seq }) => seq !== question?.seq),
    ...(question?.posted ? [{ seq: question.seq, ...question.posted }] : []),
  ];
  return await writeThread(record, store, {
    ...rest,
    ...(ts === undefined ? {} : { ts }),
    ...(questions.length > 0 ? { editableMessages: questions } : {}),
    ...deliveryClaims.serialize({ ...storedClaim, ...claim }),
  });
}

/** Longer than all calls of one delivery together. */
const claimDurationMs = { summary: 20_000, reply: 20_000, question: 20_000, kubeconfig: 60_000, picture: 40_000 };

/** Saved before the call, so that a crash leaves a record of what may have been posted. @throws StaleVersion */
export async function claimDelivery(
  record: VersionedThread,
  kind: InFlightDelivery['kind'],
  throughSeq: number,
  { store, clock, notifierId }: { readonly store: Store; readonly clock: Clock; readonly notifierId: string },
): Promise<VersionedThread> {
  const now = clock.now();
  const expiresAt = new Date(+now + claimDurationMs[kind]).toISOString();
  const inFlight = { kind, throughSeq, notifierId, claimedAt: now.toISOString(), expiresAt };
  const claim = { ...deliveryClaims.parse(record.value.deliveryClaim), inFlight };
  return await writeThread(record, store, { ...record.value, ...deliveryClaims.serialize(claim) });
}

async function writeThread(
  record: VersionedThread,
  store: Pick<Store, 'write'>,
  value: RecordValue<'slackThread'>,
): Promise<VersionedThread> {
  return { id: record.id, value, version: await store.write('slackThread', record.id, value, record.version) };
}
