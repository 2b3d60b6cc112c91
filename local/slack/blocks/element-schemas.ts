import { z } from 'zod';
import { objects, texts } from './object-schemas.ts';

/** Limits of the interactive elements (docs: Block Kit, block elements). */
export const elementLimits = {
  button: { text: 75, value: 2000, url: 3000, label: 75 },
  select: { options: 100, groups: 100, placeholder: 150, groupLabel: 75 },
  choices: 10,
  overflow: 5,
  input: { maxLength: 3000, placeholder: 150 },
  image: { url: 3000, alt: 2000, title: 2000 },
} as const;

const { button, select, choices, overflow, input, image } = elementLimits;
const shared = { action_id: objects.id.optional(), focus_on_load: z.boolean().optional() };
const asking = { ...shared, confirm: objects.confirm.optional() };
const hinted = { placeholder: texts.plain(select.placeholder).optional() };
const options = z.array(objects.option).min(1);
const dispatch = z.strictObject({ trigger_actions_on: z.array(z.string()).optional() }).optional();
const groups = z
  .array(z.strictObject({ label: texts.plain(select.groupLabel), options: options.max(select.options) }))
  .max(select.groups);
const many = { max_selected_items: z.int().min(1).optional() };

function element<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.strictObject({ type: z.literal(type), ...shape });
}

const fixed = {
  ...asking,
  ...hinted,
  options: options.max(select.options).optional(),
  option_groups: groups.optional(),
};
const external = { ...asking, ...hinted, min_query_length: z.int().optional() };
const filter = { filter: z.looseObject({}).optional(), response_url_enabled: z.boolean().optional() };
const conversations = { ...filter, default_to_current_conversation: z.boolean().optional() };
const one = objects.option.optional();
const several = options.optional();
const texted = {
  ...shared,
  initial_value: z.string().max(input.maxLength).optional(),
  placeholder: texts.plain(input.placeholder).optional(),
  dispatch_action_config: dispatch,
};

const selects = [
  element('static_select', { ...fixed, initial_option: one }),
  element('external_select', { ...external, initial_option: one }),
  element('users_select', { ...asking, ...hinted, initial_user: z.string().optional() }),
  element('conversations_select', {
    ...asking,
    ...hinted,
    ...conversations,
    initial_conversation: z.string().optional(),
  }),
  element('channels_select', { ...asking, ...hinted, ...filter, initial_channel: z.string().optional() }),
] as const;
const multiSelects = [
  element('multi_static_select', { ...fixed, ...many, initial_options: several }),
  element('multi_external_select', { ...external, ...many, initial_options: several }),
  element('multi_users_select', { ...asking, ...hinted, ...many, initial_users: z.array(z.string()).optional() }),
  element('multi_conversations_select', {
    ...asking,
    ...hinted,
    ...many,
    ...conversations,
    initial_conversations: z.array(z.string()).optional(),
  }),
  element('multi_channels_select', { ...asking, ...hinted, ...many, initial_channels: z.array(z.string()).optional() }),
] as const;
const pickers = [
  element('datepicker', { ...asking, ...hinted, initial_date: z.iso.date().optional() }),
  element('timepicker', { ...asking, ...hinted, initial_time: z.string().optional(), timezone: z.string().optional() }),
  element('datetimepicker', { ...asking, initial_date_time: z.int().optional() }),
  element('checkboxes', { ...asking, options: options.max(choices), initial_options: several }),
  element('radio_buttons', { ...asking, options: options.max(choices), initial_option: one }),
] as const;
const press = [
  element('button', {
    ...asking,
    text: texts.plain(button.text),
    value: z.string().max(button.value).optional(),
    url: z.string().max(button.url).optional(),
    style: z.enum(['primary', 'danger']).optional(),
    accessibility_label: z.string().max(button.label).optional(),
  }),
  element('overflow', { ...asking, options: options.max(overflow) }),
] as const;
const typing = [
  element('plain_text_input', {
    ...texted,
    multiline: z.boolean().optional(),
    min_length: z.int().min(0).max(input.maxLength).optional(),
    max_length: z.int().min(1).max(input.maxLength).optional(),
  }),
  element('email_text_input', texted),
  element('url_text_input', texted),
  element('number_input', {
    ...texted,
    is_decimal_allowed: z.boolean(),
    min_value: z.string().optional(),
    max_value: z.string().optional(),
  }),
] as const;

const picture = z.strictObject({
  type: z.literal('image'),
  image_url: z.string().min(1).max(image.url).optional(),
  slack_file: z.looseObject({}).optional(),
  alt_text: z.string().min(1).max(image.alt),
});

/** Which elements each kind of block takes. */
export const elements = {
  image: picture,
  accessory: z.discriminatedUnion('type', [...press, ...selects, ...multiSelects, ...pickers, picture]),
  action: z.discriminatedUnion('type', [...press, ...selects, ...multiSelects, ...pickers]),
  input: z.discriminatedUnion('type', [...typing, ...selects, ...multiSelects, ...pickers]),
};
