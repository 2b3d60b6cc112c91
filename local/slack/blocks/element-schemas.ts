import { z } from 'zod';
import { objectSchemas, textSchemas } from './object-schemas.ts';

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
const commonFields = { action_id: objectSchemas.id.optional(), focus_on_load: z.boolean().optional() };
const confirmFields = { ...commonFields, confirm: objectSchemas.confirm.optional() };
const placeholderFields = { placeholder: textSchemas.plain(select.placeholder).optional() };
const optionsSchema = z.array(objectSchemas.option).min(1);
const dispatchConfigSchema = z.strictObject({ trigger_actions_on: z.array(z.string()).optional() }).optional();
const optionGroupsSchema = z
  .array(z.strictObject({ label: textSchemas.plain(select.groupLabel), options: optionsSchema.max(select.options) }))
  .max(select.groups);
const multiSelectFields = { max_selected_items: z.int().min(1).optional() };

function defineElement<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.strictObject({ type: z.literal(type), ...shape });
}

const staticOptionFields = {
  ...confirmFields,
  ...placeholderFields,
  options: optionsSchema.max(select.options).optional(),
  option_groups: optionGroupsSchema.optional(),
};
const externalOptionFields = { ...confirmFields, ...placeholderFields, min_query_length: z.int().optional() };
const filterFields = { filter: z.looseObject({}).optional(), response_url_enabled: z.boolean().optional() };
const conversationFields = { ...filterFields, default_to_current_conversation: z.boolean().optional() };
const initialOption = objectSchemas.option.optional();
const initialOptions = optionsSchema.optional();
const textInputFields = {
  ...commonFields,
  initial_value: z.string().max(input.maxLength).optional(),
  placeholder: textSchemas.plain(input.placeholder).optional(),
  dispatch_action_config: dispatchConfigSchema,
};

const selects = [
  defineElement('static_select', { ...staticOptionFields, initial_option: initialOption }),
  defineElement('external_select', { ...externalOptionFields, initial_option: initialOption }),
  defineElement('users_select', { ...confirmFields, ...placeholderFields, initial_user: z.string().optional() }),
  defineElement('conversations_select', {
    ...confirmFields,
    ...placeholderFields,
    ...conversationFields,
    initial_conversation: z.string().optional(),
  }),
  defineElement('channels_select', {
    ...confirmFields,
    ...placeholderFields,
    ...filterFields,
    initial_channel: z.string().optional(),
  }),
] as const;
const multiSelects = [
  defineElement('multi_static_select', {
    ...staticOptionFields,
    ...multiSelectFields,
    initial_options: initialOptions,
  }),
  defineElement('multi_external_select', {
    ...externalOptionFields,
    ...multiSelectFields,
    initial_options: initialOptions,
  }),
  defineElement('multi_users_select', {
    ...confirmFields,
    ...placeholderFields,
    ...multiSelectFields,
    initial_users: z.array(z.string()).optional(),
  }),
  defineElement('multi_conversations_select', {
    ...confirmFields,
    ...placeholderFields,
    ...multiSelectFields,
    ...conversationFields,
    initial_conversations: z.array(z.string()).optional(),
  }),
  defineElement('multi_channels_select', {
    ...confirmFields,
    ...placeholderFields,
    ...multiSelectFields,
    initial_channels: z.array(z.string()).optional(),
  }),
] as const;
const pickers = [
  defineElement('datepicker', { ...confirmFields, ...placeholderFields, initial_date: z.iso.date().optional() }),
  defineElement('timepicker', {
    ...confirmFields,
    ...placeholderFields,
    initial_time: z.string().optional(),
    timezone: z.string().optional(),
  }),
  defineElement('datetimepicker', { ...confirmFields, initial_date_time: z.int().optional() }),
  defineElement('checkboxes', {
    ...confirmFields,
    options: optionsSchema.max(choices),
    initial_options: initialOptions,
  }),
  defineElement('radio_buttons', {
    ...confirmFields,
    options: optionsSchema.max(choices),
    initial_option: initialOption,
  }),
] as const;
const buttons = [
  defineElement('button', {
    ...confirmFields,
    text: textSchemas.plain(button.text),
    value: z.string().max(button.value).optional(),
    url: z.string().max(button.url).optional(),
    style: z.enum(['primary', 'danger']).optional(),
    accessibility_label: z.string().max(button.label).optional(),
  }),
  defineElement('overflow', { ...confirmFields, options: optionsSchema.max(overflow) }),
] as const;
const textInputs = [
  defineElement('plain_text_input', {
    ...textInputFields,
    multiline: z.boolean().optional(),
    min_length: z.int().min(0).max(input.maxLength).optional(),
    max_length: z.int().min(1).max(input.maxLength).optional(),
  }),
  defineElement('email_text_input', textInputFields),
  defineElement('url_text_input', textInputFields),
  defineElement('number_input', {
    ...textInputFields,
    is_decimal_allowed: z.boolean(),
    min_value: z.string().optional(),
    max_value: z.string().optional(),
  }),
] as const;

const imageElement = z.strictObject({
  type: z.literal('image'),
  image_url: z.string().min(1).max(image.url).optional(),
  slack_file: z.looseObject({}).optional(),
  alt_text: z.string().min(1).max(image.alt),
});

/** The elements that each block type accepts. */
export const elementSchemas = {
  image: imageElement,
  accessory: z.discriminatedUnion('type', [...buttons, ...selects, ...multiSelects, ...pickers, imageElement]),
  action: z.discriminatedUnion('type', [...buttons, ...selects, ...multiSelects, ...pickers]),
  input: z.discriminatedUnion('type', [...textInputs, ...selects, ...multiSelects, ...pickers]),
};
