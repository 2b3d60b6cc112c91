import { expect, test } from 'vitest';
import type { Message } from '../../../src/commands/messages/blocks.ts';
import { renderText } from './render-text.ts';

test('shows headings, texts, context and buttons with their values', () => {
  const message: Message = {
    text: 'spoken',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'Heading' } },
      { type: 'section', text: { type: 'mrkdwn', text: '*bold*' } },
      {
        type: 'actions',
        elements: [
          { type: 'button', action_id: 'a.b', style: 'danger', value: '1', text: { type: 'plain_text', text: 'Go' } },
        ],
      },
      { type: 'context', elements: [{ type: 'mrkdwn', text: 'small' }] },
    ],
  };
  expect(renderText(message)).toBe('text: spoken\n# Heading\n*bold*\n[danger: Go → a.b 1]\n> small');
});

test('shows the title, inputs, options and buttons of a modal', () => {
  const rendered = renderText({
    type: 'modal',
    title: { type: 'plain_text', text: 'Title' },
    submit: { type: 'plain_text', text: 'Save' },
    blocks: [
      {
        type: 'input',
        block_id: 'b',
        label: { type: 'plain_text', text: 'Zone' },
        element: {
          type: 'static_select',
          action_id: 'a',
          options: [{ text: { type: 'plain_text', text: 'Zone A' }, value: 'a' }],
        },
      },
    ],
  });
  expect(rendered).toBe('= Title\nZone: (static_select b/a)\n  - Zone A = a\n[Save]');
});

test('rejects a block that it does not know, so that no content is lost from snapshots', () => {
  const message: Message = { text: 'x', blocks: [{ type: 'video' } as never] };
  expect(() => renderText(message)).toThrow('no case for a video block');
});
