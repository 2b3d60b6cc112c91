import { useId } from 'react';
import type { ControlProps } from './control-element.tsx';
import { TextObject } from './library-blocks.tsx';

/** Checkboxes, radio buttons, and a select of several, as boxes to tick. */
export function Choices({ control, field, entered, enter, tell }: ControlProps) {
  const name = useId();
  const isRadio = control.type === 'radio_buttons';
  const chosen = isRadio
    ? [entered ?? control.initial_option?.value ?? ''].flat()
    : [entered ?? (control.initial_options ?? []).map(({ value }) => value)].flat();
  const options = [...(control.options ?? []), ...(control.option_groups ?? []).flatMap((group) => group.options)];
  const change = (value: string, checked: boolean) => {
    const values = checked ? [...chosen, value] : chosen.filter((one) => one !== value);
    const inOrder = options.flatMap((one) => (values.includes(one.value) ? [one.value] : []));
    const next = isRadio ? value : inOrder;
    enter(next);
    void tell(next);
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
            checked={chosen.includes(one.value)}
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
