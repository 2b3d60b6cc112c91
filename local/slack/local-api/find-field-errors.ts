import { findElements } from '../blocks/find-elements.ts';
import type { Block, ViewValues } from '../model/view.ts';

/** Finds input errors that Slack itself reports before it sends a submission to the bot, by block id. */
export function findFieldErrors(blocks: readonly Block[], values: ViewValues): Record<string, string> {
  const errors = new Map<string, string>();
  for (const { blockId, block, element } of findElements(blocks)) {
    if (block.type !== 'input') continue;
    const [fieldValue] = Object.entries(values[blockId]?.[element.action_id] ?? {}).flatMap(([key, value]) =>
      key === 'type' ? [] : [value],
    );
    const isEmpty =
      fieldValue === null || fieldValue === undefined || (Array.isArray(fieldValue) && fieldValue.length === 0);
    const length = typeof fieldValue === 'string' ? fieldValue.length : 0;
    if (isEmpty && block.optional !== true) errors.set(blockId, 'Please complete this required field.');
    else if (!isEmpty && length < Number(element.min_length ?? 0)) {
      errors.set(blockId, `This field must be at least ${element.min_length} characters.`);
    } else if (length > Number(element.max_length ?? Number.POSITIVE_INFINITY)) {
      errors.set(blockId, `This field must be at most ${element.max_length} characters.`);
    }
  }
  return Object.fromEntries(errors);
}
