import { useState } from 'react';
import type { Block } from '../../model/view.ts';
import type { Control, ControlValue } from './block-kit-types.ts';
import { ButtonElement } from './button-element.tsx';
import { ChoiceList } from './choice-list.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { SelectElement } from './select-element.tsx';
import { useSurface } from './surface.ts';
import { TextInput } from './text-input.tsx';

/** The ids by which a field labels and describes its control. */
export interface FieldContext {
  readonly id: string;
  readonly describedBy: string;
  readonly invalid: boolean;
}

/** Props of every control. */
export interface ControlProps {
  readonly control: Control;
  readonly field?: FieldContext | undefined;
  /** Current input; undefined means the initial value. */
  readonly currentValue: ControlValue | undefined;
  onInput(value: ControlValue): void;
  /** Sends the action to the bot, after the confirm dialog if there is one. Resolves when the bot has responded. */
  onAction(value: ControlValue | undefined): Promise<void>;
  /** Whether each change is sent to the bot; otherwise values are sent on submit. */
  readonly dispatchesActions: boolean;
}

interface ControlElementProps {
  readonly block: Block;
  readonly control: Control;
  readonly field?: FieldContext;
}

/** An interactive element. */
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
      return <em className="muted">(unsupported element: {props.control.type})</em>;
  }
}
