import type { Block } from '../../model/view.ts';
import { type Control, isControl, type Text } from './block-kit-types.ts';
import { ControlElement } from './control-element.tsx';
import { InputBlock } from './input-block.tsx';
import { LibraryBlocks, TextObject } from './library-blocks.tsx';

/**
 * Draws Block Kit blocks. The library draws all but two kinds: interactive ones, as it does not report
 * clicks, and those with mrkdwn, which we parse ourselves.
 */
export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <div className="blocks">
      {blocks.map((block, index) => (
        <div className={`block block-${block.type}`} key={block.block_id ?? index}>
          <BlockView block={block} />
        </div>
      ))}
    </div>
  );
}

function BlockView({ block }: { block: Block }) {
  switch (block.type) {
    case 'section':
      return <Section block={block} />;
    case 'header':
      return (
        <h3>
          <TextObject text={block.text as Text} />
        </h3>
      );
    case 'context':
      return (
        <div className="context">
          {(block.elements as (Text | ContextImage)[]).map((one, index) => (
            <ContextElement element={one} key={index} />
          ))}
        </div>
      );
    case 'divider':
      return <hr />;
    case 'actions':
      return (
        <div className="actions">
          {(block.elements as Control[]).map((control) => (
            <ControlElement block={block} control={control} key={control.action_id} />
          ))}
        </div>
      );
    case 'input':
      return <InputBlock block={block} />;
    default:
      return <LibraryBlocks blocks={[block]} />;
  }
}

interface ContextImage {
  readonly type: 'image';
  readonly image_url: string;
  readonly alt_text: string;
}

function ContextElement({ element }: { element: Text | ContextImage }) {
  if (element.type === 'image') return <img src={element.image_url} alt={element.alt_text} />;
  return <TextObject text={element} />;
}

function Section({ block }: { block: Block }) {
  const { text, fields, accessory } = block as { text?: Text; fields?: Text[]; accessory?: unknown };
  return (
    <div className="section">
      <div className="section-text">
        {text && <TextObject text={text} />}
        {fields && (
          <div className="fields">
            {fields.map((field, index) => (
              <TextObject text={field} key={index} />
            ))}
          </div>
        )}
      </div>
      {isControl(accessory) && <ControlElement block={block} control={accessory} />}
      {isImage(accessory) && <img className="accessory-image" src={accessory.image_url} alt={accessory.alt_text} />}
    </div>
  );
}

function isImage(value: unknown): value is ContextImage {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'type') === 'image';
}
