import type { KeyboardEvent } from 'react';
import type { ControlProps } from './control-element.tsx';

const inputTypes: Readonly<Record<string, string>> = {
  plain_text_input: 'text',
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'number',
  datepicker: 'date',
  timepicker: 'time',
};

/** All elements with typed input: text, number, email, URL, date and time. */
export function TextInput({ control, field, currentValue, onInput, onAction, dispatchesActions }: ControlProps) {
  const initial = control.initial_value ?? control.initial_date ?? control.initial_time ?? '';
  const value = String(currentValue ?? initial);
  const triggers = control.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  const isPicker = control.type === 'datepicker' || control.type === 'timepicker';
  const change = (text: string) => {
    onInput(text);
    if (isPicker || triggers.includes('on_character_entered')) void onAction(text);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !dispatchesActions || !triggers.includes('on_enter_pressed')) return;
    event.preventDefault();
    void onAction(value);
  };
  const commonProps = {
    id: field?.id,
    value,
    placeholder: control.placeholder?.text,
    maxLength: control.max_length ?? 3000,
    spellCheck: false,
    autoComplete: 'off',
    'aria-label': field ? undefined : control.placeholder?.text,
    'aria-describedby': field?.describedBy,
    'aria-invalid': field?.invalid,
    'data-action': control.action_id,
    'data-focus': control.focus_on_load,
  };
  if (control.multiline) {
    return <textarea {...commonProps} rows={4} onChange={({ target }) => change(target.value)} />;
  }
  return (
    <input
      {...commonProps}
      type={inputTypes[control.type] ?? 'text'}
      min={control.min_value}
      max={control.max_value}
      step={control.type === 'number_input' && control.is_decimal_allowed ? 'any' : undefined}
      onChange={({ target }) => change(target.value)}
      onKeyDown={onKeyDown}
    />
  );
}
