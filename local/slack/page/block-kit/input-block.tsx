import { useId } from 'react';
import type { Block } from '../../model/view.ts';
import type { Control, Text } from './block-kit-types.ts';
import { ControlElement } from './control-element.tsx';
import { TextObject } from './library-blocks.tsx';
import { useSurface } from './surface.ts';

const groupTypes = ['checkboxes', 'radio_buttons', 'multi_static_select'];

/** An input block: label, control, hint and validation error. */
export function InputBlock({ block }: { block: Block }) {
  const id = useId();
  const { errors } = useSurface();
  const { label, hint, element } = block as unknown as { label: Text; hint?: Text; element: Control };
  const error = errors?.[block.block_id ?? ''];
  const field = { id, describedBy: error ? `${id}-error` : `${id}-hint`, invalid: error !== undefined };
  const labelContent = (
    <>
      <TextObject text={label} />
      {block.optional === true && <span className="optional">optional</span>}
    </>
  );
  const isGroup = groupTypes.includes(element.type);
  return (
    <div className={error ? 'field wrong' : 'field'}>
      {isGroup ? (
        <div className="label" id={`${id}-label`}>
          {labelContent}
        </div>
      ) : (
        <label className="label" htmlFor={id}>
          {labelContent}
        </label>
      )}
      <ControlElement block={block} control={element} field={field} />
      {error ? (
        <div className="error" id={`${id}-error`} role="alert">
          {error}
        </div>
      ) : (
        hint && (
          <div className="hint" id={`${id}-hint`}>
            <TextObject text={hint} />
          </div>
        )
      )}
    </div>
  );
}
