import { useId } from 'react';
import type { ControlProps } from './control-element.tsx';
import { TextObject } from './library-blocks.tsx';

/** Checkboxes, radio buttons and multi-selects, drawn as a list of boxes. */
export function ChoiceList({ control, field, currentValue, onInput, onAction }: ControlProps) {
  const name = useId();
  const isRadio = control.type === 'radio_buttons';
  const selected = isRadio
    ? [currentValue ?? control.initial_option?.value ?? ''].flat()
    : [currentValue ?? (control.initial_options ?? []).map(({ value }) => value)].flat();
  const options = [...(control.options ?? []), ...(control.option_groups ?? []).flatMap((group) => group.options)];
  const change = (value: string, checked: boolean) => {
    const values = checked ? [...selected, value] : selected.filter((one) => one !== value);
    const inOrder = options.flatMap((one) => (values.includes(one.value) ? [one.value] : []));
    const next = isRadio ? value : inOrder;
    onInput(next);
    void onAction(next);
  };
  return (
    <fieldset
      className="choices"
      aria-labelledby={field && `${field.id}-label`}
      aria-describedby={field?.describedBy}
      data-action={control.action_id}
    >
      {options.map((one) => (
        <label className="choice" key={one.value}>
          <input
            type={isRadio ? 'radio' : 'checkbox'}
            name={name}
            value={one.value}
            checked={selected.includes(one.value)}
            onChange={({ target }) => change(one.value, target.checked)}
          />
          <span>
            <TextObject text={one.text} />
            {one.description && (
              <span className="muted">
                <TextObject text={one.description} />
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
