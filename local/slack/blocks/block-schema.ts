import { z } from 'zod';
import { elementLimits, elements } from './element-schemas.ts';
import { objects, texts } from './object-schemas.ts';

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
const base = { block_id: objects.id.optional() };

function loose<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.looseObject({ type: z.literal(type), ...base, ...shape });
}

function strict<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.strictObject({ type: z.literal(type), ...base, ...shape });
}

/** One block, by its type. The rarely used types are only checked for what limits their size. */
export const block = z.discriminatedUnion('type', [
  strict('section', {
    text: texts.either(section.text).optional(),
    fields: z.array(texts.either(section.field)).min(1).max(section.fields).optional(),
    accessory: elements.accessory.optional(),
    expand: z.boolean().optional(),
  }).refine((one) => one.text !== undefined || one.fields !== undefined, {
    message: 'missing required field: text',
    abort: true,
  }),
  strict('header', { text: texts.plain(header) }),
  strict('divider', {}),
  strict('context', {
    elements: z
      .array(z.discriminatedUnion('type', [elements.image, texts.plain(context.text), texts.mrkdwn(context.text)]))
      .min(1)
      .max(context.elements),
  }),
  strict('actions', { elements: z.array(elements.action).min(1).max(actions) }),
  strict('image', {
    image_url: z.string().min(1).max(elementLimits.image.url).optional(),
    slack_file: z.looseObject({}).optional(),
    alt_text: z.string().min(1).max(elementLimits.image.alt),
    title: texts.plain(elementLimits.image.title).optional(),
  }),
  strict('input', {
    label: texts.plain(input.label),
    element: elements.input,
    hint: texts.plain(input.hint).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
  }),
  strict('markdown', { text: z.string().min(1).max(markdown) }),
  loose('rich_text', { elements: z.array(z.looseObject({ type: z.string() })) }),
  loose('table', {
    rows: z
      .array(z.array(z.looseObject({})).max(table.cells))
      .min(1)
      .max(table.rows),
  }),
  loose('video', { alt_text: z.string(), title: texts.plain(200), video_url: z.string(), thumbnail_url: z.string() }),
  loose('file', { external_id: z.string(), source: z.string() }),
]);
