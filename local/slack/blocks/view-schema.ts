import { z } from 'zod';
import { objectSchemas, textSchemas } from './object-schemas.ts';

/** Limits of modals and Home tabs (docs: views). */
export const viewLimits = { title: 24, button: 24, metadata: 3000, blocks: 100, bytes: 250_000, stack: 3 } as const;

const commonFields = {
  blocks: z.array(z.unknown()).max(viewLimits.blocks),
  private_metadata: z.string().max(viewLimits.metadata).optional(),
  callback_id: objectSchemas.id.optional(),
  external_id: objectSchemas.id.optional(),
};

/** Schema of a view without its blocks, which have their own schema. */
export const viewSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('modal'),
    ...commonFields,
    title: textSchemas.plain(viewLimits.title),
    submit: textSchemas.plain(viewLimits.button).optional(),
    close: textSchemas.plain(viewLimits.button).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  }),
  z.looseObject({ type: z.literal('home'), ...commonFields }),
]);
