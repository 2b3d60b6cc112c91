import { z } from 'zod';

const InFlightDelivery = z.object({
  kind: z.enum(['summary', 'reply', 'question', 'kubeconfig', 'picture']),
  /** The event that is told up to; 0 for the summary. */
  throughSeq: z.number().int().min(0),
  /** The courier that does it, and until when nobody else may: longer than a call to Slack can take. */
  notifierId: z.string(),
  claimedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
/** The kubeconfig of the run that ended with event `upTo` is settled; `failureReason`: why it could not be sent. */
const KubeconfigOutcome = z.object({ throughSeq: z.number().int(), failureReason: z.string().optional() });
/** The run ended with event `upTo`, and its picture is not in the thread yet. `tries`: how often it was begun. */
const PendingChart = z.object({ throughSeq: z.number().int(), attempts: z.number().int().min(0) });
const DeliveryClaim = z.object({
  inFlight: InFlightDelivery.optional(),
  kubeconfigOutcome: KubeconfigOutcome.optional(),
  pendingChart: PendingChart.optional(),
});

export type InFlightDelivery = z.infer<typeof InFlightDelivery>;
export type DeliveryClaim = z.infer<typeof DeliveryClaim>;

/** What is written in a thread's record: what was about to be posted. What can't be read is as if it were not there. */
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
