import { type ElementInBlock, findElements } from '../blocks/find-elements.ts';
import type { Block, ViewValues } from '../model/view.ts';

type RawValue = string | readonly string[] | undefined;
type Option = { value: string; text: unknown };

/** A user's input by block id and action id, by action id, or by block id. */
export type FormValues = Record<string, unknown>;

/**
 * Converts an element's value to Slack's format, such as `{type, selected_option}`.
 * @param raw the text, option value or list of values; undefined means the initial value
 */
export function buildElementValue(element: ElementInBlock['element'], raw: RawValue): Record<string, unknown> {
  const { type } = element;
  const text = Array.isArray(raw) ? raw[0] : (raw as string | undefined);
  const values = raw === undefined ? undefined : Array.isArray(raw) ? raw : [raw];
  switch (type) {
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
    case 'overflow':
      return {
        type,
        selected_option: text === undefined ? (element.initial_option ?? null) : findOption(element, text),
      };
    case 'checkboxes':
    case 'multi_static_select':
    case 'multi_external_select':
      return {
        type,
        selected_options: values?.flatMap((one) => findOption(element, one) ?? []) ?? element.initial_options ?? [],
      };
    case 'users_select':
      return { type, selected_user: text ?? element.initial_user ?? null };
    case 'conversations_select':
      return { type, selected_conversation: text ?? element.initial_conversation ?? null };
    case 'channels_select':
      return { type, selected_channel: text ?? element.initial_channel ?? null };
    case 'multi_users_select':
      return { type, selected_users: values ?? element.initial_users ?? [] };
    case 'multi_conversations_select':
      return { type, selected_conversations: values ?? element.initial_conversations ?? [] };
    case 'multi_channels_select':
      return { type, selected_channels: values ?? element.initial_channels ?? [] };
    case 'datepicker':
      return { type, selected_date: text || element.initial_date || null };
    case 'timepicker':
      return { type, selected_time: text || element.initial_time || null };
    default:
      return { type, value: (text === undefined ? element.initial_value : text) || null };
  }
}

/** Collects the input of a view's blocks as `state.values`. */
export function buildViewValues(blocks: readonly Block[], formValues: FormValues): ViewValues {
  // Maps, because the app chooses the ids.
  const values = new Map<string, Map<string, Record<string, unknown>>>();
  for (const { blockId, element } of findElements(blocks)) {
    if (element.type === 'button' || element.type === 'overflow') continue;
    const blockValues = values.get(blockId) ?? new Map<string, Record<string, unknown>>();
    values.set(blockId, blockValues);
    const raw = findRawValue(formValues, blockId, element.action_id);
    blockValues.set(element.action_id, buildElementValue(element, raw));
  }
  return Object.fromEntries([...values].map(([blockId, fields]) => [blockId, Object.fromEntries(fields)]));
}

function findRawValue(formValues: FormValues, blockId: string, actionId: string): RawValue {
  const blockValue = getOwn(formValues, blockId);
  if (isRawValue(blockValue)) return blockValue;
  const raw = getOwn(blockValue ? blockValue : formValues, actionId);
  return isRawValue(raw) ? raw : undefined;
}

function getOwn(record: object, key: string): unknown {
  return Object.hasOwn(record, key) ? Reflect.get(record, key) : undefined;
}

function isRawValue(value: unknown): value is Exclude<RawValue, undefined> {
  return typeof value === 'string' || Array.isArray(value);
}

function findOption(element: ElementInBlock['element'], value: string): Option | null {
  const groups = (element.option_groups ?? []) as { options: Option[] }[];
  const options = [...((element.options ?? []) as Option[]), ...groups.flatMap((group) => group.options)];
  return options.find((one) => one.value === value) ?? null;
}
