import { expect } from 'vitest';
import { validateBlocks, validateView } from '../../../local/slack/blocks/validate-blocks.ts';
import type { Message } from '../../../src/commands/routing/command.ts';

/** Texts of messages that `chat.update` takes: https://docs.slack.dev/reference/methods/chat.update */
const longestText = 4_000;
const ownMarkup = [
  /<@[A-Z0-9]+>/g,
  /<#[A-Z0-9]+>/g,
  /<!subteam\^[A-Z0-9]+>/g,
  /<!date\^\d+\^(?:\{date_short_pretty\} )?\{time\}\|[^>]+>/g,
  /<https?:[^|>\s]+\|[^|<>]+>/g,
  /&(amp|lt|gt);/g,
];

/**
 * Fails when Slack would refuse the message or the view: by the limits and fields of its Block Kit reference, which allow no
 * others; or would show markup of others.
 */
export function expectWithinLimits(shown: Message | { readonly type: 'modal' | 'home' }): void {
  // What goes out is JSON: there an undefined field is none.
  const json = JSON.parse(JSON.stringify(shown));
  if ('type' in shown) expect(validateView(json)).toEqual([]);
  else {
    expect(Object.keys(json).sort()).toEqual(['blocks', 'text']);
    expect(shown.text.trim().length).toBeGreaterThan(0);
    expect(shown.text.length).toBeLessThanOrEqual(longestText);
    expectWholeMarkup(shown.text);
    expect(validateBlocks(json.blocks)).toEqual([]);
  }
  for (const text of markdownIn(json.blocks)) expectWholeMarkup(text);
}

/** Every text in Slack's markup, wherever it stands. */
function markdownIn(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(markdownIn);
  if (typeof json !== 'object' || json === null) return [];
  const { type, text } = json as { type?: unknown; text?: unknown };
  const own = type === 'mrkdwn' && typeof text === 'string' ? [text] : [];
  return [...own, ...Object.values(json).flatMap(markdownIn)];
}

/** Only our own markup, none of it cut in two, and every fence closed. */
function expectWholeMarkup(text: string): void {
  const rest = ownMarkup.reduce((left, pattern) => left.replaceAll(pattern, ''), text);
  expect(rest).not.toMatch(/[<>&]/);
  expect(text.split('```').length % 2).toBe(1);
}
