import { expect } from 'vitest';
import { validateBlocks, validateView } from '../../../local/slack/blocks/validate-blocks.ts';
import type { Message } from '../../../src/commands/messages/blocks.ts';

/** Text limit of `chat.update`: https://docs.slack.dev/reference/methods/chat.update */
const maxTextLength = 4_000;
const ownMarkup = [
  /<@[A-Z0-9]+>/g,
  /<#[A-Z0-9]+>/g,
  /<!subteam\^[A-Z0-9]+>/g,
  /<!date\^\d+\^(?:\{date_short_pretty\} )?\{time\}\|[^>]+>/g,
  /<https?:[^|>\s]+\|[^|<>]+>/g,
  /&(amp|lt|gt);/g,
];

/**
 * Fails when Slack would reject the message or view by the limits and fields of its Block Kit reference, or would
 * render markup from external text.
 */
export function expectWithinLimits(rendered: Message | { readonly type: 'modal' | 'home' }): void {
  // Slack receives JSON, which has no undefined fields.
  const json = JSON.parse(JSON.stringify(rendered));
  if ('type' in rendered) expect(validateView(json)).toEqual([]);
  else {
    expect(Object.keys(json).sort()).toEqual(['blocks', 'text']);
    expect(rendered.text.trim().length).toBeGreaterThan(0);
    expect(rendered.text.length).toBeLessThanOrEqual(maxTextLength);
    expectWholeMarkup(rendered.text);
    expect(validateBlocks(json.blocks)).toEqual([]);
  }
  for (const text of markdownIn(json.blocks)) expectWholeMarkup(text);
}

/** All mrkdwn texts, however deeply nested. */
function markdownIn(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(markdownIn);
  if (typeof json !== 'object' || json === null) return [];
  const { type, text } = json as { type?: unknown; text?: unknown };
  const own = type === 'mrkdwn' && typeof text === 'string' ? [text] : [];
  return [...own, ...Object.values(json).flatMap(markdownIn)];
}

/** Only our own markup, none of it truncated, and every code fence closed. */
function expectWholeMarkup(text: string): void {
  const rest = ownMarkup.reduce((left, pattern) => left.replaceAll(pattern, ''), text);
  expect(rest).not.toMatch(/[<>&]/);
  expect(text.split('```').length % 2).toBe(1);
}
