import { describe, expect, it } from 'vitest';
import { parseMrkdwn } from '../../../local/slack/page/block-kit/parse-mrkdwn.ts';

const text = (content: string) => ({ type: 'text', text: content });

describe("parseMrkdwn parses Slack's mrkdwn", () => {
  it.each<[string, unknown[]]>([
    ['plain', [text('plain')]],
    [
      '*bold* and _it_',
      [{ type: 'bold', children: [text('bold')] }, text(' and '), { type: 'italic', children: [text('it')] }],
    ],
    ['~gone~', [{ type: 'strike', children: [text('gone')] }]],
    ['2*3*4 and snake_case_name', [text('2*3*4 and snake_case_name')]],
    ['* not bold *', [text('* not bold *')]],
    ['`a *b* &lt;c&gt;`', [{ type: 'code', text: 'a *b* <c>' }]],
    ['*_both_*', [{ type: 'bold', children: [{ type: 'italic', children: [text('both')] }] }]],
    ['a\nb', [text('a'), { type: 'break' }, text('b')]],
    ['```\nx < y\n*z*\n```', [{ type: 'pre', text: 'x < y\n*z*' }]],
    ['&gt; quoted\n&gt; more', [{ type: 'quote', children: [text('quoted'), { type: 'break' }, text('more')] }]],
    ['<https://a.example/?x=1&amp;y=2|here>', [{ type: 'link', url: 'https://a.example/?x=1&y=2', text: 'here' }]],
    ['<https://a.example>', [{ type: 'link', url: 'https://a.example', text: 'https://a.example' }]],
    [
      '<@U1> in <#C1|general>',
      [{ type: 'user', id: 'U1' }, text(' in '), { type: 'channel', id: 'C1', text: 'general' }],
    ],
    [
      '<!here> <!subteam^S1|@ops>',
      [{ type: 'broadcast', name: 'here' }, text(' '), { type: 'group', id: 'S1', text: '@ops' }],
    ],
    ['<!date^0^{time}|noon>', [{ type: 'date', seconds: 0, format: '{time}', text: 'noon' }]],
    [':rocket: 10:30', [{ type: 'emoji', name: 'rocket' }, text(' 10:30')]],
    ['at 12:30:45', [text('at 12:30:45')]],
    ['&amp;lt; stays', [text('&lt; stays')]],
  ])('%j', (source, nodes) => {
    expect(parseMrkdwn(source)).toEqual(nodes);
  });
});

describe('parseMrkdwn returns unsafe links and HTML as text', () => {
  it.each(['<javascript:alert(1)|click>', '<data:text/html,x>', '<img src=x onerror=alert(1)>'])('%s', (source) => {
    expect(parseMrkdwn(source)).toEqual([text(source)]);
  });
});
