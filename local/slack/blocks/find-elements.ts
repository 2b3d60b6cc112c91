import type { Block } from '../model/view.ts';

/** An element that a person can act on or fill in, and the block it is in. */
export interface PlacedElement {
  blockId: string;
  block: Block;
  element: { type: string; action_id: string; [field: string]: unknown };
}

/** Every such element, in reading order. */
export function findElements(blocks: readonly Block[]): PlacedElement[] {
  return blocks.flatMap((block) => {
    const inside = block.type === 'actions' ? (block.elements as unknown[]) : [block.accessory, block.element];
    return inside.flatMap((element) =>
      isInteractive(element) ? { blockId: block.block_id ?? '', block, element } : [],
    );
  });
}

function isInteractive(value: unknown): value is PlacedElement['element'] {
  return typeof value === 'object' && value !== null && 'action_id' in value;
}
