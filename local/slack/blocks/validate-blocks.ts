import type { Block } from '../model/view.ts';
import { blockLimits, blockSchema } from './block-schema.ts';
import { formatIssue, formatIssues } from './format-issues.ts';
import { viewLimits, viewSchema } from './view-schema.ts';

/** Maximum number of blocks in a message. */
export const maxMessageBlocks = 50;

/**
 * Checks blocks against Slack's documented limits.
 * @param path of the blocks in the arguments
 * @returns errors in Slack's wording; empty if the blocks are valid
 */
export function validateBlocks(
  blocks: unknown,
  max = maxMessageBlocks,
  path: readonly string[] = ['blocks'],
): string[] {
  if (!Array.isArray(blocks)) return [formatIssue('must be an array', path)];
  if (blocks.length > max) return [formatIssue(`no more than ${max} items allowed`, path)];
  const issues = blocks.flatMap((one, index) => {
    const result = blockSchema.safeParse(one, { reportInput: true });
    return result.success ? [] : formatIssues(result.error, [...path, index]);
  });
  return issues.length > 0 ? issues : validateAcrossBlocks(blocks, path);
}

/** Checks a modal or Home tab and its blocks. */
export function validateView(view: unknown): string[] {
  const result = viewSchema.safeParse(view, { reportInput: true });
  if (!result.success) return formatIssues(result.error, ['view']);
  const issues = validateBlocks(result.data.blocks, viewLimits.blocks, ['view', 'blocks']);
  const hasInput = result.data.blocks.some((one) => (one as Block).type === 'input');
  const lacksSubmit = result.data.type === 'modal' && result.data.submit === undefined;
  if (hasInput && lacksSubmit) issues.push(formatIssue('missing required field: submit', ['view']));
  return issues;
}

/** Rules across blocks: unique ids, and the total length of markdown. */
function validateAcrossBlocks(blocks: Block[], path: readonly string[]): string[] {
  const issues: string[] = [];
  const ids = new Set<string>();
  let markdownLength = 0;
  for (const [index, one] of blocks.entries()) {
    if (one.block_id !== undefined && ids.has(one.block_id)) {
      issues.push(formatIssue(`\`block_id\` must be unique: ${one.block_id}`, [...path, String(index), 'block_id']));
    }
    if (one.block_id !== undefined) ids.add(one.block_id);
    if (one.type === 'markdown') markdownLength += String(one.text).length;
    issues.push(...validateActionIds(one, [...path, String(index)]));
  }
  if (markdownLength > blockLimits.markdown) {
    issues.push(formatIssue(`must be less than ${blockLimits.markdown + 1} characters of markdown in all`, path));
  }
  return issues;
}

function validateActionIds(one: Block, path: readonly string[]): string[] {
  if (one.type !== 'actions') return [];
  const ids = (one.elements as { action_id?: string }[]).flatMap(({ action_id: id }) => id ?? []);
  const duplicates = ids.filter((id, index) => ids.indexOf(id) !== index);
  return duplicates.map((id) =>
    formatIssue(`\`action_id\` must be unique within its block: ${id}`, [...path, 'elements']),
  );
}
