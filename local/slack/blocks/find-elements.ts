import type { Block } from '../model/view.ts';

/** An interactive or input element and its block. */
export interface ElementInBlock {
  blockId: string;
  block: Block;
  element: { type: string; action_id: string; [field: string]: unknown };
}

/** Lists these elements in document order. */
export function findElements(blocks: readonly Block[]): ElementInBlock[] {
  return blocks.flatMap((block) => {
    const candidates = block.type === 'actions' ? (block.elements as unknown[]) : [block.accessory, block.element];
    return candidates.flatMap((element) =>
      isInteractive(element) ? { blockId: block.block_id ?? '', block, element } : [],
    );
  });
}

function isInteractive(value: unknown): value is ElementInBlock['element'] {
  return typeof value === 'object' && value !== null && 'action_id' in value;
}
