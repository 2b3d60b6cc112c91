import { expect, test } from 'vitest';
import { shareStructure } from '../../../local/slack/page/app/share-structure.ts';
import { toRichText } from '../../../local/slack/page/block-kit/to-rich-text.ts';

test('shareStructure reuses unchanged items, also after an insertion before them', () => {
  const older = {
    messages: [
      { ts: '1', text: 'a' },
      { ts: '2', blocks: [{ type: 'divider' }] },
    ],
  };
  const newer = structuredClone({ messages: [{ ts: '0', text: 'new' }, ...older.messages] });
  const kept = shareStructure<{ messages: object[] }>(older, newer);
  expect(kept).toEqual(newer);
  expect(kept.messages[1]).toBe(older.messages[0]);
  expect(kept.messages[2]).toBe(older.messages[1]);
  expect(shareStructure(older, structuredClone(older))).toBe(older);
});

test('shareStructure takes changed values and drops removed ones', () => {
  const older = { messages: [{ ts: '1', text: 'a', edited: true }, { ts: '2' }] };
  const newer = { messages: [{ ts: '1', text: 'b' }] };
  expect(shareStructure<object>(older, newer)).toEqual(newer);
  expect(shareStructure<object>({ view: { id: 'V' } }, { view: null })).toEqual({ view: null });
});

test('toRichText converts mrkdwn', () => {
  const text = 'Use `a *b* 10:30:00` <@U1>:\n```\nkubectl get *\n```\n*_done_* :tada:';
  expect(toRichText({ type: 'mrkdwn', text })).toEqual({
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'Use ', style: {} },
          { type: 'text', text: 'a *b* 10:30:00', style: { code: true } },
          { type: 'text', text: ' ', style: {} },
          { type: 'user', user_id: 'U1', style: {} },
          { type: 'text', text: ':', style: {} },
          { type: 'text', text: '\n' },
        ],
      },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'kubectl get *', style: {} }] },
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'done', style: { bold: true, italic: true } },
          { type: 'text', text: ' ', style: {} },
          { type: 'emoji', name: 'tada' },
        ],
      },
    ],
  });
});

test('toRichText parses only emoji in plain text', () => {
  const { elements } = toRichText({ type: 'plain_text', text: '*demo* at 10:30:00 :tada:' });
  expect(elements[0]?.elements).toEqual([
    { type: 'text', text: '*demo* at 10:30:00 ', style: {} },
    { type: 'emoji', name: 'tada' },
  ]);
});
