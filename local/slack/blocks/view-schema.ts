import { z } from 'zod';
import { objects, texts } from './object-schemas.ts';

/** Limits of modals and Home tabs (docs: views). */
export const viewLimits = { title: 24, button: 24, metadata: 3000, blocks: 100, bytes: 250_000, stack: 3 } as const;

const common = {
  blocks: z.array(z.unknown()).max(viewLimits.blocks),
  private_metadata: z.string().max(viewLimits.metadata).optional(),
  callback_id: objects.id.optional(),
  external_id: objects.id.optional(),
};

/** The frame of a view; its blocks are checked by the blocks' own rules. */
export const viewShape = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('modal'),
    ...common,
    title: texts.plain(viewLimits.title),
    submit: texts.plain(viewLimits.button).optional(),
    close: texts.plain(viewLimits.button).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  }),
  z.looseObject({ type: z.literal('home'), ...common }),
]);
