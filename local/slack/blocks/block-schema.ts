import { z } from 'zod';
import { elementLimits, elementSchemas } from './element-schemas.ts';
import { objectSchemas, textSchemas } from './object-schemas.ts';

/** Limits of the blocks (docs: Block Kit, blocks). */
export const blockLimits = {
  section: { text: 3000, fields: 10, field: 2000 },
  header: 150,
  context: { elements: 10, text: 3000 },
  actions: 25,
  input: { label: 2000, hint: 2000 },
  markdown: 12_000,
  table: { rows: 100, cells: 20 },
} as const;

const { section, header, context, actions, input, markdown, table } = blockLimits;
const commonFields = { block_id: objectSchemas.id.optional() };

function defineLooseBlock<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.looseObject({ type: z.literal(type), ...commonFields, ...shape });
}

function defineBlock<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.strictObject({ type: z.literal(type), ...commonFields, ...shape });
}

/** Blocks by type. For rarely used types only the size limits are checked. */
export const blockSchema = z.discriminatedUnion('type', [
  defineBlock('section', {
    text: textSchemas.either(section.text).optional(),
    fields: z.array(textSchemas.either(section.field)).min(1).max(section.fields).optional(),
    accessory: elementSchemas.accessory.optional(),
    expand: z.boolean().optional(),
  }).refine((one) => one.text !== undefined || one.fields !== undefined, {
    message: 'missing required field: text',
    abort: true,
  }),
  defineBlock('header', { text: textSchemas.plain(header) }),
  defineBlock('divider', {}),
  defineBlock('context', {
    elements: z
      .array(
        z.discriminatedUnion('type', [
          elementSchemas.image,
          textSchemas.plain(context.text),
          textSchemas.mrkdwn(context.text),
        ]),
      )
      .min(1)
      .max(context.elements),
  }),
  defineBlock('actions', { elements: z.array(elementSchemas.action).min(1).max(actions) }),
  defineBlock('image', {
    image_url: z.string().min(1).max(elementLimits.image.url).optional(),
    slack_file: z.looseObject({}).optional(),
    alt_text: z.string().min(1).max(elementLimits.image.alt),
    title: textSchemas.plain(elementLimits.image.title).optional(),
  }),
  defineBlock('input', {
    label: textSchemas.plain(input.label),
    element: elementSchemas.input,
    hint: textSchemas.plain(input.hint).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
  }),
  defineBlock('markdown', { text: z.string().min(1).max(markdown) }),
  defineLooseBlock('rich_text', { elements: z.array(z.looseObject({ type: z.string() })) }),
  defineLooseBlock('table', {
    rows: z
      .array(z.array(z.looseObject({})).max(table.cells))
      .min(1)
      .max(table.rows),
  }),
  defineLooseBlock('video', {
    alt_text: z.string(),
    title: textSchemas.plain(200),
    video_url: z.string(),
    thumbnail_url: z.string(),
  }),
  defineLooseBlock('file', { external_id: z.string(), source: z.string() }),
]);
