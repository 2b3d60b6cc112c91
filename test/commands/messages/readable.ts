import type { Message } from '../../../src/commands/routing/command.ts';

/** What a person would see, without the JSON around it. */
export function readable({ text, blocks }: Message): string {
  const shown = blocks.map((one) => {
    if (one.type === 'header') return `# ${one.text.text}`;
    if (one.type === 'section') return one.text?.text;
    if (one.type === 'context') return `(${one.elements.map((e) => ('text' in e ? e.text : '')).join(' ')})`;
    if (one.type === 'actions')
      return one.elements
        .map((e) => (e.type === 'button' ? `[${e.text.text}] ${e.action_id} ${e.value}` : ''))
        .join(' ');
    return one.type;
  });
  return [`text: ${text}`, ...shown].join('\n');
}
