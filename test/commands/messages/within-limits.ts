import type { KnownBlock } from '@slack/types';
import { expect } from 'vitest';
import type { Message } from '../../../src/commands/command.ts';

/** Fails when Slack would refuse the message, by the numbers of its Block Kit reference, or would show markup of others. */
export function expectWithinLimits({ text, blocks }: Message): void {
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(4_000);
  expectWholeMarkup(text);
  expect(blocks.length).toBeLessThanOrEqual(50);
  for (const one of blocks) expectBlock(one);
}

function expectBlock(one: KnownBlock): void {
  switch (one.type) {
    case 'header':
      expectText(one.text.text, 150);
      return;
    case 'section':
      expectText(one.text?.text ?? '', 3_000);
      expectWholeMarkup(one.text?.text ?? '');
      return;
    case 'context':
      expect(one.elements.length).toBeLessThanOrEqual(10);
      for (const element of one.elements) if ('text' in element) expectText(element.text, 3_000);
      return;
    case 'actions':
      expect(one.elements.length).toBeLessThanOrEqual(25);
      for (const element of one.elements) {
        if (element.type !== 'button') throw new Error(`an unknown element: ${element.type}`);
        expectText(element.text.text, 75);
        expectText(element.action_id ?? '', 255);
        expectText(element.value ?? '', 2_000);
        if (element.confirm) {
          expectText(element.confirm.title?.text ?? '', 100);
          expectText(element.confirm.text.text, 300);
          expectText(element.confirm.confirm?.text ?? '', 30);
          expectText(element.confirm.deny?.text ?? '', 30);
        }
      }
      return;
    default:
      throw new Error(`a block whose limits nobody checks: ${one.type}`);
  }
}

function expectText(text: string, most: number): void {
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(most);
}

/** Only our own markup, none of it cut in two, and every fence closed. */
function expectWholeMarkup(text: string): void {
  const rest = text
    .replaceAll(
      /<@[A-Z0-9]+>|<#[A-Z0-9]+>|<!subteam\^[A-Z0-9]+>|<!date\^\d+\^(?:\{date_short_pretty\} )?\{time\}\|[^>]+>/g,
      '',
    )
    .replaceAll(/&(amp|lt|gt);/g, '');
  expect(rest).not.toMatch(/[<>&]/);
  expect(text.split('```').length % 2).toBe(1);
}
