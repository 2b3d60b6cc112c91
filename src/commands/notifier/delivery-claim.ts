import { z } from 'zod';

const Doing = z.object({
  what: z.enum(['summary', 'reply', 'question', 'kubeconfig', 'picture']),
  /** The event that is told up to; 0 for the summary. */
  upTo: z.number().int().min(0),
  /** The courier that does it, and until when nobody else may: longer than a call to Slack can take. */
  by: z.string(),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
});
/** The kubeconfig of the run that ended with event `upTo` is settled; `failed`: why it could not be sent. */
const Settled = z.object({ upTo: z.number().int(), failed: z.string().optional() });
/** The run ended with event `upTo`, and its picture is not in the thread yet. `tries`: how often it was begun. */
const Due = z.object({ upTo: z.number().int(), tries: z.number().int().min(0) });
const Intent = z.object({ doing: Doing.optional(), settled: Settled.optional(), picture: Due.optional() });

export type Doing = z.infer<typeof Doing>;
export type Intent = z.infer<typeof Intent>;

/** What is written in a thread's record: what was about to be posted. What can't be read is as if it were not there. */
export const intents = {
  read(text: string | undefined): Intent {
    try {
      return Intent.safeParse(JSON.parse(text ?? '{}')).data ?? {};
    } catch {
      return {};
    }
  },
  write(intent: Intent): { readonly intent?: string } {
    return Object.values(intent).some((value) => value !== undefined) ? { intent: JSON.stringify(intent) } : {};
  },
};
