import { useDirectory } from '../app/directory.ts';
import type { Control, Option } from './block-kit-types.ts';
import type { ControlProps } from './control-element.tsx';

interface SelectOption {
  readonly value: string;
  readonly text: string;
}

/** A single select or overflow menu. Uses the browser's native select, which works with all keyboards and phones. */
export function SelectElement({ control, field, currentValue, onInput, onAction }: ControlProps) {
  const groups = useOptionGroups(control);
  const isMenu = control.type === 'overflow';
  const selected = isMenu ? '' : String(currentValue ?? getInitialValue(control));
  const isListed = groups.some(({ options }) => options.some(({ value }) => value === selected));
  const label = isMenu ? '⋯' : (control.placeholder?.text ?? 'Choose…');
  const change = (value: string) => {
    if (value === '') return;
    if (!isMenu) onInput(value);
    void onAction(value);
  };
  return (
    <span className={isMenu ? 'select menu' : 'select'}>
      <select
        id={field?.id}
        aria-label={field ? undefined : isMenu ? 'More actions' : label}
        aria-describedby={field?.describedBy}
        aria-invalid={field?.invalid}
        value={isListed ? selected : ''}
        onChange={({ target }) => change(target.value)}
        data-action={control.action_id}
        data-focus={control.focus_on_load}
      >
        {(!isListed || isMenu) && <option value="">{label}</option>}
        {groups.map(({ label: name, options }) => {
          const children = options.map((one) => (
            <option value={one.value} key={one.value}>
              {one.text}
            </option>
          ));
          if (name === '') return children;
          return (
            <optgroup label={name} key={name}>
              {children}
            </optgroup>
          );
        })}
      </select>
    </span>
  );
}

function getInitialValue(control: Control): string {
  const { initial_option: option, initial_user: user, initial_channel: channel } = control;
  return option?.value ?? user ?? channel ?? control.initial_conversation ?? '';
}

function useOptionGroups(
  control: Control,
): readonly { readonly label: string; readonly options: readonly SelectOption[] }[] {
  const { people, channels } = useDirectory();
  switch (control.type) {
    case 'users_select':
      return [{ label: '', options: people.map(({ id, realName }) => ({ value: id, text: realName })) }];
    case 'channels_select':
    case 'conversations_select': {
      const selectableChannels = channels.filter(({ kind }) => kind === 'channel');
      return [{ label: '', options: selectableChannels.map(({ id, name }) => ({ value: id, text: `#${name}` })) }];
    }
    default:
      if (!control.option_groups) return [{ label: '', options: (control.options ?? []).map(toSelectOption) }];
      return control.option_groups.map(({ label, options }) => ({
        label: label.text,
        options: options.map(toSelectOption),
      }));
  }
}

function toSelectOption({ value, text, description }: Option): SelectOption {
  return { value, text: description ? `${text.text} — ${description.text}` : text.text };
}
