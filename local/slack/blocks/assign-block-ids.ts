import { newId } from '../identifiers.ts';
import type { Block } from '../model/view.ts';

/** Gives every block an id, and every element in it an action id, where the bot gave none; as Slack does. */
export function nameBlocks(blocks: readonly Block[]): Block[] {
  return blocks.map((block) => {
    const named: Block = { ...block, block_id: block.block_id ?? newId('').slice(0, 5) };
    for (const field of ['accessory', 'element']) if (isElement(block[field])) named[field] = nameElement(block[field]);
    if (Array.isArray(block.elements) && block.type === 'actions') named.elements = block.elements.map(nameElement);
    return named;
  });
}

function isElement(value: unknown): value is { type: string; action_id?: string } {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'type') !== 'image';
}

function nameElement(element: { action_id?: string }): { action_id: string } {
  return { ...element, action_id: element.action_id ?? newId('').slice(0, 5) };
}
