import { useState } from 'react';
import type { Block } from '../../model/view.ts';
import type { Control, ControlValue } from './block-kit-types.ts';
import { ButtonElement } from './button-element.tsx';
import { ChoiceList } from './choice-list.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { SelectElement } from './select-element.tsx';
import { useSurface } from './surface.ts';
import { TextInput } from './text-input.tsx';

/** How a control is named and described by the field around it. */
export interface FieldContext {
  readonly id: string;
  readonly describedBy: string;
  readonly invalid: boolean;
}

/** What every control is drawn from. */
export interface ControlProps {
  readonly control: Control;
  readonly field?: FieldContext | undefined;
  /** What was entered; undefined: what it begins with. */
  readonly currentValue: ControlValue | undefined;
  onInput(value: ControlValue): void;
  /** Tells the bot, after asking where the control wants that. Over once the bot has answered. */
  onAction(value: ControlValue | undefined): Promise<void>;
  /** Whether the bot is told of every change; else values travel when the modal is submitted. */
  readonly dispatchesActions: boolean;
}

interface ControlElementProps {
  readonly block: Block;
  readonly control: Control;
  readonly field?: FieldContext;
}

/** One element in which somebody acts. */
export function ControlElement({ block, control, field }: ControlElementProps) {
  const surface = useSurface();
  const [pendingConfirm, setPendingConfirm] = useState<{ resolve(isConfirmed: boolean): void }>();
  const dispatchesActions = block.type !== 'input' || block.dispatch_action === true;
  const askForConfirmation = async () => {
    if (!control.confirm) return true;
    const isConfirmed = await new Promise<boolean>((resolve) => setPendingConfirm({ resolve }));
    setPendingConfirm(undefined);
    return isConfirmed;
  };
  const props: ControlProps = {
    control,
    field,
    dispatchesActions,
    currentValue: surface.inputValues?.[block.block_id ?? '']?.[control.action_id],
    onInput: (value) => surface.onInput?.(block, control, value),
    async onAction(value) {
      if (dispatchesActions && (await askForConfirmation())) await surface.onAction(block, control, value);
    },
  };
  return (
    <>
      {renderControl(props)}
      {pendingConfirm && control.confirm && (
        <ConfirmDialog confirm={control.confirm} onAnswer={pendingConfirm.resolve} />
      )}
    </>
  );
}

function renderControl(props: ControlProps) {
  switch (props.control.type) {
    case 'button':
    case 'workflow_button':
      return <ButtonElement {...props} />;
    case 'checkboxes':
    case 'radio_buttons':
    case 'multi_static_select':
      return <ChoiceList {...props} />;
    case 'static_select':
    case 'overflow':
    case 'users_select':
    case 'channels_select':
    case 'conversations_select':
      return <SelectElement {...props} />;
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
    case 'datepicker':
    case 'timepicker':
      return <TextInput {...props} />;
    default:
      return <em className="muted">(an element of type “{props.control.type}”, which this page does not draw)</em>;
  }
}
