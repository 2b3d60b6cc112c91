import { z } from 'zod';

export const createModalId = 'create.form';
export const channelBlockId = 'channel';

/** State in the modal's `private_metadata`, which has 3,000 characters. */
export const CreateModalState = z.object({
  /** Whether the modal has a channel select, because it was opened outside a channel. */
  asksForChannel: z.boolean().default(false),
  isExpanded: z.boolean().default(false),
  /** Listed machine types that are too small: vCPUs, memory in MB, whether the vCPU is shared. */
  undersizedTypes: z.record(z.string(), z.tuple([z.number(), z.number(), z.boolean()])).default({}),
});
export type CreateModalState = z.infer<typeof CreateModalState>;
