import type { Block } from '../model/view.ts';
import { block, blockLimits } from './block-schema.ts';
import { complaint, complaints } from './format-issues.ts';
import { viewLimits, viewShape } from './view-schema.ts';

/** How many blocks a message may have. */
export const messageBlocks = 50;

/**
 * Checks blocks against Slack's documented limits.
 * @param at where in the arguments they are
 * @returns what is wrong, in Slack's words; empty when nothing is
 */
export function checkBlocks(blocks: unknown, max = messageBlocks, at: readonly string[] = ['blocks']): string[] {
  if (!Array.isArray(blocks)) return [complaint('must be an array', at)];
  if (blocks.length > max) return [complaint(`no more than ${max} items allowed`, at)];
  const wrong = blocks.flatMap((one, index) => {
    const checked = block.safeParse(one, { reportInput: true });
    return checked.success ? [] : complaints(checked.error, [...at, index]);
  });
  return wrong.length > 0 ? wrong : checkTogether(blocks, at);
}

/** Checks a modal or Home tab, its blocks included. */
export function checkView(view: unknown): string[] {
  const checked = viewShape.safeParse(view, { reportInput: true });
  if (!checked.success) return complaints(checked.error, ['view']);
  const wrong = checkBlocks(checked.data.blocks, viewLimits.blocks, ['view', 'blocks']);
  const asks = checked.data.blocks.some((one) => (one as Block).type === 'input');
  const silent = checked.data.type === 'modal' && checked.data.submit === undefined;
  if (asks && silent) wrong.push(complaint('missing required field: submit', ['view']));
  return wrong;
}

/** The rules that look across blocks: identifiers used once, and the markdown of all together. */
function checkTogether(blocks: Block[], at: readonly string[]): string[] {
  const wrong: string[] = [];
  const ids = new Set<string>();
  let markdown = 0;
  for (const [index, one] of blocks.entries()) {
    if (one.block_id !== undefined && ids.has(one.block_id)) {
      wrong.push(complaint(`\`block_id\` must be unique: ${one.block_id}`, [...at, String(index), 'block_id']));
    }
    if (one.block_id !== undefined) ids.add(one.block_id);
    if (one.type === 'markdown') markdown += String(one.text).length;
    wrong.push(...checkActionIds(one, [...at, String(index)]));
  }
  if (markdown > blockLimits.markdown) {
    wrong.push(complaint(`must be less than ${blockLimits.markdown + 1} characters of markdown in all`, at));
  }
  return wrong;
}

function checkActionIds(one: Block, at: readonly string[]): string[] {
  if (one.type !== 'actions') return [];
  const ids = (one.elements as { action_id?: string }[]).flatMap(({ action_id: id }) => id ?? []);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return twice.map((id) => complaint(`\`action_id\` must be unique within its block: ${id}`, [...at, 'elements']));
}
