import { useState } from 'react';
import type { Block } from '../../model/view.ts';
import type { Control, Value } from './block-kit-types.ts';
import { ButtonElement } from './button-element.tsx';
import { Choices } from './choice-list.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { SelectElement } from './select-element.tsx';
import { useSurface } from './surface.ts';
import { TextInput } from './text-input.tsx';

/** How a control is named and described by the field around it. */
export interface Field {
  readonly id: string;
  readonly describedBy: string;
  readonly invalid: boolean;
}

/** What every control is drawn from. */
export interface ControlProps {
  readonly control: Control;
  readonly field?: Field | undefined;
  /** What was entered; undefined: what it begins with. */
  readonly entered: Value | undefined;
  enter(value: Value): void;
  /** Tells the bot, after asking where the control wants that. Over once the bot has answered. */
  tell(value: Value | undefined): Promise<void>;
  /** Whether the bot is told of every change; else values travel when the modal is submitted. */
  readonly tells: boolean;
}

interface ControlElementProps {
  readonly block: Block;
  readonly control: Control;
  readonly field?: Field;
}

/** One element in which somebody acts. */
export function ControlElement({ block, control, field }: ControlElementProps) {
  const surface = useSurface();
  const [asking, setAsking] = useState<{ answer(yes: boolean): void }>();
  const tells = block.type !== 'input' || block.dispatch_action === true;
  const confirmed = async () => {
    if (!control.confirm) return true;
    const yes = await new Promise<boolean>((answer) => setAsking({ answer }));
    setAsking(undefined);
    return yes;
  };
  const props: ControlProps = {
    control,
    field,
    tells,
    entered: surface.entered?.[block.block_id ?? '']?.[control.action_id],
    enter: (value) => surface.enter?.(block, control, value),
    async tell(value) {
      if (tells && (await confirmed())) await surface.act(block, control, value);
    },
  };
  return (
    <>
      {drawn(props)}
      {asking && control.confirm && <ConfirmDialog ask={control.confirm} answer={asking.answer} />}
    </>
  );
}

function drawn(props: ControlProps) {
  switch (props.control.type) {
    case 'button':
    case 'workflow_button':
      return <ButtonElement {...props} />;
    case 'checkboxes':
    case 'radio_buttons':
    case 'multi_static_select':
      return <Choices {...props} />;
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
