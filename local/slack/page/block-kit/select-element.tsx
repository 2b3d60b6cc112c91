import { useNames } from '../app/directory.ts';
import type { Control, Option } from './block-kit-types.ts';
import type { ControlProps } from './control-element.tsx';

interface Shown {
  readonly value: string;
  readonly text: string;
}

/** A select of one, or an overflow menu, as the browser's own: it works with every keyboard and on every phone. */
export function SelectElement({ control, field, entered, enter, tell }: ControlProps) {
  const groups = useGroups(control);
  const isMenu = control.type === 'overflow';
  const chosen = isMenu ? '' : String(entered ?? initialOf(control));
  const known = groups.some(({ options }) => options.some(({ value }) => value === chosen));
  const label = isMenu ? '⋯' : (control.placeholder?.text ?? 'Choose…');
  const change = (value: string) => {
    if (value === '') return;
    if (!isMenu) enter(value);
    void tell(value);
  };
  return (
    <span className={isMenu ? 'select menu' : 'select'}>
      <select
        id={field?.id}
        aria-label={field ? undefined : isMenu ? 'More actions' : label}
        aria-describedby={field?.describedBy}
        aria-invalid={field?.invalid}
        value={known ? chosen : ''}
        onChange={({ target }) => change(target.value)}
        data-action={control.action_id}
        data-focus={control.focus_on_load}
      >
        {(!known || isMenu) && <option value="">{label}</option>}
        {groups.map(({ label: name, options }) => {
          const inside = options.map((one) => (
            <option value={one.value} key={one.value}>
              {one.text}
            </option>
          ));
          if (name === '') return inside;
          return (
            <optgroup label={name} key={name}>
              {inside}
            </optgroup>
          );
        })}
      </select>
    </span>
  );
}

function initialOf(control: Control): string {
  const { initial_option: option, initial_user: user, initial_channel: channel } = control;
  return option?.value ?? user ?? channel ?? control.initial_conversation ?? '';
}

function useGroups(control: Control): readonly { readonly label: string; readonly options: readonly Shown[] }[] {
  const { people, channels } = useNames();
  switch (control.type) {
    case 'users_select':
      return [{ label: '', options: people.map(({ id, realName }) => ({ value: id, text: realName })) }];
    case 'channels_select':
    case 'conversations_select': {
      const open = channels.filter(({ kind }) => kind === 'channel');
      return [{ label: '', options: open.map(({ id, name }) => ({ value: id, text: `#${name}` })) }];
    }
    default:
      if (!control.option_groups) return [{ label: '', options: (control.options ?? []).map(shown) }];
      return control.option_groups.map(({ label, options }) => ({ label: label.text, options: options.map(shown) }));
  }
}

function shown({ value, text, description }: Option): Shown {
  return { value, text: description ? `${text.text} — ${description.text}` : text.text };
}
