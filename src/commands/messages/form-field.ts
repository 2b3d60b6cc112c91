import type { InputBlock, Option, PlainTextElement, PlainTextOption } from '@slack/types';
import type { Markdown } from './markdown.ts';

/** Something to choose; markup only where Slack shows it. */
export interface Choice<T = string> {
  readonly value: string;
  readonly text: T;
  readonly description?: string;
}

interface Text {
  readonly value?: string | undefined;
  readonly example?: string;
  readonly hint?: string;
  readonly longest?: number;
  readonly optional?: boolean;
  readonly focus?: boolean;
}

interface Select {
  readonly hint?: string;
  /** A choice is sent at once. */
  readonly tells?: boolean;
  /** What the choices depend on: with another one it is another field. */
  readonly of?: string;
}

/** The fields that our modals are made of: one to a block, known by the block's id. */
export const field = {
  text: (id: string, label: string, { value, example, hint, longest = 200, optional, focus }: Text): InputBlock => ({
    ...input(id, label, hint),
    ...(optional ? { optional } : {}),
    element: {
      type: 'plain_text_input',
      action_id: actionOf(id, 'typed'),
      max_length: longest,
      ...(value ? { initial_value: value } : {}),
      ...(example === undefined ? {} : { placeholder: plain(example) }),
      ...(focus ? { focus_on_load: true } : {}),
    },
  }),
  number: (id: string, label: string, value: string | undefined, hint: string): InputBlock => ({
    ...input(id, label, hint),
    // What is out of range is said in our own words.
    element: {
      type: 'number_input',
      action_id: actionOf(id, 'typed'),
      is_decimal_allowed: false,
      ...(value ? { initial_value: value } : {}),
    },
  }),
  select: (
    id: string,
    label: string,
    value: string | undefined,
    choices: readonly Choice[],
    { hint, tells = false, of }: Select = {},
  ): InputBlock => {
    const options = choices.map(option);
    return {
      ...input(id, label, hint),
      ...(tells ? { dispatch_action: true } : {}),
      element: { type: 'static_select', action_id: actionOf(id, of), options, ...initial(options, value) },
    };
  },
  grouped: (
    id: string,
    label: string,
    value: string | undefined,
    groups: readonly { readonly label: string; readonly choices: readonly Choice[] }[],
    { hint, of }: Pick<Select, 'hint' | 'of'>,
  ): InputBlock => {
    const option_groups = groups.map(({ label, choices }) => ({ label: plain(label), options: choices.map(option) }));
    const options = option_groups.flatMap((group) => group.options);
    return {
      ...input(id, label, hint),
      element: { type: 'static_select', action_id: actionOf(id, of), option_groups, ...initial(options, value) },
    };
  },
  ticks: (id: string, label: string, ticked: string | undefined, choices: readonly Choice[]): InputBlock => {
    const options = choices.map(option);
    const before = options.filter(({ value }) => ticked?.split(',').includes(value ?? ''));
    return {
      ...input(id, label),
      optional: true,
      element: {
        type: 'checkboxes',
        action_id: id,
        options,
        ...(before.length > 0 ? { initial_options: before } : {}),
      },
    };
  },
  radios: (id: string, label: string, value: string | undefined, choices: readonly Choice<Markdown>[]): InputBlock => {
    const options = choices.map(
      ({ value, text }): Option => ({ value, text: { type: 'mrkdwn', text: text.markdown } }),
    );
    return {
      ...input(id, label),
      element: { type: 'radio_buttons', action_id: id, options, ...initial(options, value) },
    };
  },
  channel: (id: string, label: string, value: string | undefined): InputBlock => ({
    ...input(id, label),
    element: {
      type: 'conversations_select',
      action_id: id,
      filter: { include: ['public', 'private'], exclude_bot_users: true },
      ...(value ? { initial_conversation: value } : {}),
    },
  }),
};

function input(id: string, label: string, hint?: string) {
  return {
    type: 'input',
    block_id: id,
    label: plain(label),
    ...(hint === undefined ? {} : { hint: plain(hint) }),
  } as const;
}

function actionOf(name: string, of: string | undefined): string {
  return of === undefined ? name : `${name} ${of}`;
}

function option({ value, text, description }: Choice): PlainTextOption {
  return { value, text: plain(text), ...(description === undefined ? {} : { description: plain(description) }) };
}

/** Slack wants it to be one of the options, to the letter. */
function initial<O extends Option>(options: readonly O[], value: string | undefined): { initial_option?: O } {
  const found = options.find((one) => one.value === value);
  return found ? { initial_option: found } : {};
}

function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text };
}
