import { z } from 'zod';

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
    try {
      return DeliveryClaim.safeParse(JSON.parse(text ?? '{}')).data ?? {};
    } catch {
      return {};
    }
  },
  serialize(claim: DeliveryClaim): { readonly deliveryClaim?: string } {
    return Object.values(claim).some((value) => value !== undefined) ? { deliveryClaim: JSON.stringify(claim) } : {};
  },
};
