import { z } from 'zod';

export const createModalId = 'create.form';
export const channelBlockId = 'channel';

/** State in the modal's `private_metadata`, which has 3,000 characters. */
export const CreateModalState = z.strictObject({
  /** Channel of the command. Absent: selected in the modal. */
  channel: z.string().min(1).max(50).optional(),
  isExpanded: z.boolean().default(false),
  /** Listed machine types that are too small: vCPUs, memory in MB, whether the vCPU is shared. */
  undersizedTypes: z.record(z.string(), z.tuple([z.number(), z.number(), z.boolean()])).default({}),
});
export type CreateModalState = z.infer<typeof CreateModalState>;
