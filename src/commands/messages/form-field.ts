import type { InputBlock, Option, PlainTextElement, PlainTextOption } from '@slack/types';
import type { Markdown } from './markdown.ts';

/** @typeParam T Markdown only in radio buttons, where Slack renders it */
export interface SelectOption<T = string> {
  readonly value: string;
  readonly text: T;
  readonly description?: string;
}

interface TextInputOptions {
  readonly value?: string | undefined;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly maxLength?: number;
  readonly optional?: boolean;
  readonly focusOnLoad?: boolean;
}

interface SelectOptions {
  readonly hint?: string;
  /** Sends a `block_actions` payload on every change. */
  readonly dispatchesAction?: boolean;
  /** Part of the action id: Slack keeps the old selection unless the action id changes with the parent field. */
  readonly parentValue?: string;
}

/** Builders of modal input blocks. The block id identifies the field. */
export const formField = {
  text: (
    id: string,
    label: string,
    { value, placeholder, hint, maxLength = 200, optional, focusOnLoad }: TextInputOptions,
  ): InputBlock => ({
    ...buildInput(id, label, hint),
    ...(optional ? { optional } : {}),
    element: {
      type: 'plain_text_input',
      action_id: getActionId(id, 'input'),
      max_length: maxLength,
      ...(value ? { initial_value: value } : {}),
      ...(placeholder === undefined ? {} : { placeholder: toPlainText(placeholder) }),
      ...(focusOnLoad ? { focus_on_load: true } : {}),
    },
  }),
  number: (id: string, label: string, value: string | undefined, hint: string): InputBlock => ({
    ...buildInput(id, label, hint),
    // No min_value or max_value: our validation errors explain the range.
    element: {
      type: 'number_input',
      action_id: getActionId(id, 'input'),
      is_decimal_allowed: false,
      ...(value ? { initial_value: value } : {}),
    },
  }),
  select: (
    id: string,
    label: string,
    value: string | undefined,
    choices: readonly SelectOption[],
    { hint, dispatchesAction = false, parentValue }: SelectOptions = {},
  ): InputBlock => {
    const options = choices.map(toSlackOption);
    return {
      ...buildInput(id, label, hint),
      ...(dispatchesAction ? { dispatch_action: true } : {}),
      element: {
        type: 'static_select',
        action_id: getActionId(id, parentValue),
        options,
        ...findInitialOption(options, value),
      },
    };
  },
  groupedSelect: (
    id: string,
    label: string,
    value: string | undefined,
    groups: readonly { readonly label: string; readonly choices: readonly SelectOption[] }[],
    { hint, parentValue }: Pick<SelectOptions, 'hint' | 'parentValue'>,
  ): InputBlock => {
    const option_groups = groups.map(({ label, choices }) => ({
      label: toPlainText(label),
      options: choices.map(toSlackOption),
    }));
    const options = option_groups.flatMap((group) => group.options);
    return {
      ...buildInput(id, label, hint),
      element: {
        type: 'static_select',
        action_id: getActionId(id, parentValue),
        option_groups,
        ...findInitialOption(options, value),
      },
    };
  },
  checkboxes: (
    id: string,
    label: string,
    checkedValues: string | undefined,
    choices: readonly SelectOption[],
  ): InputBlock => {
    const options = choices.map(toSlackOption);
    const initialOptions = options.filter(({ value }) => checkedValues?.split(',').includes(value ?? ''));
    return {
      ...buildInput(id, label),
      optional: true,
      element: {
        type: 'checkboxes',
        action_id: id,
        options,
        ...(initialOptions.length > 0 ? { initial_options: initialOptions } : {}),
      },
    };
  },
  radioButtons: (
    id: string,
    label: string,
    value: string | undefined,
    choices: readonly SelectOption<Markdown>[],
  ): InputBlock => {
    const options = choices.map(
      ({ value, text }): Option => ({ value, text: { type: 'mrkdwn', text: text.markdown } }),
    );
    return {
      ...buildInput(id, label),
      element: { type: 'radio_buttons', action_id: id, options, ...findInitialOption(options, value) },
    };
  },
  channelSelect: (id: string, label: string, value: string | undefined): InputBlock => ({
    ...buildInput(id, label),
    element: {
      type: 'conversations_select',
      action_id: id,
      filter: { include: ['public', 'private'], exclude_bot_users: true },
      ...(value ? { initial_conversation: value } : {}),
    },
  }),
};

function buildInput(id: string, label: string, hint?: string) {
  return {
    type: 'input',
    block_id: id,
    label: toPlainText(label),
    ...(hint === undefined ? {} : { hint: toPlainText(hint) }),
  } as const;
}

function getActionId(name: string, parentValue: string | undefined): string {
  return parentValue === undefined ? name : `${name} ${parentValue}`;
}

function toSlackOption({ value, text, description }: SelectOption): PlainTextOption {
  return {
    value,
    text: toPlainText(text),
    ...(description === undefined ? {} : { description: toPlainText(description) }),
  };
}

/** Slack requires the initial option to equal one of the options. */
function findInitialOption<O extends Option>(options: readonly O[], value: string | undefined): { initial_option?: O } {
  const match = options.find((one) => one.value === value);
  return match ? { initial_option: match } : {};
}

function toPlainText(text: string): PlainTextElement {
  return { type: 'plain_text', text };
}
