import { createId } from '../identifiers.ts';
import type { Block } from '../model/view.ts';

/** Generates missing block ids and action ids, as Slack does. */
export function assignBlockIds(blocks: readonly Block[]): Block[] {
  return blocks.map((block) => {
    const copy: Block = { ...block, block_id: block.block_id ?? createId('').slice(0, 5) };
    for (const field of ['accessory', 'element'])
      if (isElement(block[field])) copy[field] = assignActionId(block[field]);
    if (Array.isArray(block.elements) && block.type === 'actions') copy.elements = block.elements.map(assignActionId);
    return copy;
  });
}

function isElement(value: unknown): value is { type: string; action_id?: string } {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'type') !== 'image';
}

function assignActionId(element: { action_id?: string }): { action_id: string } {
  return { ...element, action_id: element.action_id ?? createId('').slice(0, 5) };
}
