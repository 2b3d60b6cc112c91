import { describe, expect, it } from 'vitest';
import { findFieldErrors } from '../../../local/slack/local-api/find-field-errors.ts';
import { buildViewValues } from '../../../local/slack/local-api/view-values.ts';
import type { Block } from '../../../local/slack/model/view.ts';
import { formatDateToken } from '../../../local/slack/page/block-kit/format-date-token.ts';

describe.each(['constructor', '__proto__', 'toString'])('with the key %s', (key) => {
  const block = { type: 'input', block_id: key, element: { type: 'plain_text_input', action_id: key } } as Block;

  it('a block has its own value and error only', () => {
    const empty = buildViewValues([block], {});
    expect(Object.entries(empty).map(([id, fields]) => [id, Object.entries(fields)])).toEqual([
      [key, [[key, { type: 'plain_text_input', value: null }]]],
    ]);
    expect(Object.entries(findFieldErrors([block], empty))).toEqual([[key, 'Please complete this required field.']]);
    const given = buildViewValues([block], Object.fromEntries([[key, 'text']]));
    expect(JSON.stringify(given)).toContain('"value":"text"');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('a date token stays text', () => {
    expect(formatDateToken(0, `{${key}}`, 'none')).toBe(`{${key}}`);
  });
});
