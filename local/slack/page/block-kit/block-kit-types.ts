import type { Block } from '../../model/view.ts';

/** A Block Kit text object. */
export interface Text {
  readonly type: 'plain_text' | 'mrkdwn';
  readonly text: string;
}

export interface Option {
  readonly value: string;
  readonly text: Text;
  readonly description?: Text;
}

export interface Confirm {
  readonly title: Text;
  readonly text: Text;
  readonly confirm: Text;
  readonly deny: Text;
  readonly style?: 'primary' | 'danger';
}

/** An interactive element. Each type has a subset of these fields. */
export interface Control {
  readonly type: string;
  readonly action_id: string;
  readonly text?: Text;
  readonly value?: string;
  readonly url?: string;
  readonly style?: 'primary' | 'danger';
  readonly accessibility_label?: string;
  readonly confirm?: Confirm;
  readonly placeholder?: Text;
  readonly focus_on_load?: boolean;
  readonly options?: readonly Option[];
  readonly option_groups?: readonly { readonly label: Text; readonly options: readonly Option[] }[];
  readonly initial_option?: Option;
  readonly initial_options?: readonly Option[];
  readonly initial_value?: string;
  readonly initial_date?: string;
  readonly initial_time?: string;
  readonly initial_user?: string;
  readonly initial_channel?: string;
  readonly initial_conversation?: string;
  readonly initial_users?: readonly string[];
  readonly initial_channels?: readonly string[];
  readonly initial_conversations?: readonly string[];
  readonly multiline?: boolean;
  readonly max_length?: number;
  readonly min_value?: string;
  readonly max_value?: string;
  readonly is_decimal_allowed?: boolean;
  readonly dispatch_action_config?: { readonly trigger_actions_on?: readonly string[] };
}

/** A control's input: one text or value, or several. */
export type ControlValue = string | readonly string[];

/** A view's input by block id, then action id. */
export type InputValues = Readonly<Record<string, Readonly<Record<string, ControlValue>>>>;

/** The controls of a block, with the block field that holds each. */
export function listControls(block: Block): Control[] {
  const candidates = block.type === 'actions' ? (block.elements as unknown[]) : [block.accessory, block.element];
  return candidates.filter(isControl);
}

export function isControl(value: unknown): value is Control {
  return typeof value === 'object' && value !== null && 'action_id' in value;
}
