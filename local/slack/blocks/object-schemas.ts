import { z } from 'zod';

/** Maximum text lengths of composition objects, in characters (docs: Block Kit, composition objects). */
export const objectLimits = {
  id: 255,
  text: 3000,
  option: { text: 75, value: 150, description: 75, url: 3000 },
  confirm: { title: 100, text: 300, button: 30 },
} as const;

/** Schemas of text objects with their maximum lengths. */
export const textSchemas = {
  plain: (max: number) =>
    z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() }),
  mrkdwn: (max: number) =>
    z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() }),
  either: (max: number) => z.discriminatedUnion('type', [textSchemas.plain(max), textSchemas.mrkdwn(max)]),
};

/** Schemas of the other composition objects. */
export const objectSchemas = {
  id: z.string().max(objectLimits.id),
  confirm: z.strictObject({
    title: textSchemas.plain(objectLimits.confirm.title),
    text: textSchemas.either(objectLimits.confirm.text),
    confirm: textSchemas.plain(objectLimits.confirm.button),
    deny: textSchemas.plain(objectLimits.confirm.button),
    style: z.enum(['primary', 'danger']).optional(),
  }),
  option: z.strictObject({
    text: textSchemas.either(objectLimits.option.text),
    value: z.string().max(objectLimits.option.value),
    description: textSchemas.either(objectLimits.option.description).optional(),
    url: z.string().max(objectLimits.option.url).optional(),
  }),
};
