import { describe, expect, test } from 'vitest';
import { everybody, type Policy } from '../../../src/commands/authorization/policy.ts';
import { question, waiting } from '../../../src/commands/messages/approval-request.ts';
import { auditLines, auditNote, auditSent, auditTrail } from '../../../src/commands/messages/audit-trail.ts';
import { decided } from '../../../src/commands/messages/decision.ts';
import { askForName, typingTheName } from '../../../src/commands/messages/delete-confirmation.ts';
import { notAllowed } from '../../../src/commands/messages/denial.ts';
import { endsSoon, extended } from '../../../src/commands/messages/expiry-reminder.ts';
import { status } from '../../../src/commands/messages/status.ts';
import type { Fate, Question } from '../../../src/commands/notifier/approval-status.ts';
import type { Message } from '../../../src/commands/routing/command.ts';
import type { AuditEntry, Decision } from '../../../src/engine/service/cluster-service-types.ts';
import { asker } from '../../fixtures/run.ts';
import { readable } from './readable.ts';
import { aStatus, aView, later, noon } from './view-fixture.ts';
import { expectWithinLimits } from './within-limits.ts';

const ids = { yes: 'x.yes', no: 'x.no' };
const ends = { extend: 'x.extend', delete: 'x.delete' };
const other = { team: 'T1', user: 'U2' };
const named: Policy = { ...everybody, approvers: [other, { group: 'S1' }] };
const rebuilding = aView({ operation: 'rebuild' });
const asked: Question = {
  seq: 2,
  digest: 'd1',
  destroys: ['machine demo-controller-0 (f1-micro, 10.240.0.10)', 'load balancer’s rule demo'],
  expiresAt: later(1_800),
};
const answer = { by: other, at: later(60) };
const ended = (as: 'succeeded' | 'failed' | 'cancelled'): Fate => ({
  is: 'ended',
  answer,
  end: { as, at: later(400) },
});
const pending = { ...asked, run: 'r1', cluster: 'demo', operation: 'rebuild', askedBy: asker };

const fates: Readonly<Record<string, Fate>> = {
  open: { is: 'open' },
  approved: { is: 'approved', answer },
  'ended well': ended('succeeded'),
  'ended badly': ended('failed'),
  'ended by a stop': ended('cancelled'),
  refused: { is: 'refused', answer },
  superseded: { is: 'superseded' },
  'superseded after a yes': { is: 'superseded', answer },
  expired: { is: 'expired' },
  stopped: { is: 'over', stoppedBy: asker },
  over: { is: 'over' },
};
const decisions: Readonly<Record<string, Decision>> = {
  given: { decided: 'given' },
  refused: { decided: 'refused' },
  'given before': { already: 'given', by: other, at: later(60) },
  'refused before': { already: 'refused', by: other, at: later(60) },
  expired: { dead: 'expired' },
  superseded: { dead: 'superseded' },
  over: { dead: 'over' },
  unknown: { dead: 'unknown' },
};
const trail: readonly AuditEntry[] = [
  { at: noon, run: 'r1', by: asker, what: 'asked for rebuild from controllers' },
  { at: later(60), run: 'r1', by: other, what: 'approved rebuild from controllers' },
  { at: later(90), run: 'r1', what: 'removed machine demo-controller-0', durationMs: 30_000, outcome: 'succeeded' },
];

const all: Readonly<Record<string, Message>> = {
  ...Object.fromEntries(
    Object.entries(fates).map(([name, fate]) => [`rebuild ${name}`, question(rebuilding, asked, fate, everybody, ids)]),
  ),
  'rebuild open, approvers named': question(rebuilding, asked, { is: 'open' }, named, ids),
  'scale open': question(aView({ operation: 'scale' }), asked, { is: 'open' }, everybody, ids),
  'create open': question(aView(), asked, { is: 'open' }, everybody, ids),
  'status with a question': status(aStatus({ state: 'ready' }, rebuilding), waiting(pending, named, ids)),
  ...Object.fromEntries(
    Object.entries(decisions).map(([name, decision]) => [`press: ${name}`, decided(decision, 'demo').shown]),
  ),
  'press on nothing known': decided({ dead: 'unknown' }, undefined).shown,
  'refusal: channel': notAllowed({ why: 'channel', listens: ['C1', 'C2'] }),
  'refusal: creator': notAllowed({ why: 'not-a-creator', may: [other, { group: 'S1' }] }),
  'refusal: approver': notAllowed({ why: 'not-an-approver', may: [other] }),
  'refusal: own': notAllowed({ why: 'own-request', may: [asker, other] }),
  'refusal: too many': notAllowed({ why: 'too-many', takesAway: 12, most: 10 }),
  'refusal: group': notAllowed({ why: 'unreadable', group: 'S1' }),
  'delete, typing': typingTheName('demo'),
  'ends soon': endsSoon('demo', asker, { endsAt: later(1_800), now: noon }, ends),
  'ends soon, then deleted': endsSoon(
    'demo',
    asker,
    { endsAt: later(1_800), now: noon, deletesAt: later(1_800) },
    ends,
  ),
  'has ended': endsSoon('demo', asker, { endsAt: noon, now: later(9) }, ends),
  extended: extended('demo', other, { endsAt: later(28_800) }).shown,
  'extended before': extended('demo', other, { already: later(28_800) }).shown,
  'extended in vain': extended('demo', other, { unknown: true }).shown,
  audit: auditTrail('demo', trail),
  'audit of nothing': auditTrail('demo', []),
  'audit file': auditNote('demo', 3),
  'audit sent': auditSent('demo'),
};

describe('what is asked and answered', () => {
  test.each(Object.entries(all))('%s says a next command, or where there is one', (_, message) => {
    expect(JSON.stringify(message)).toMatch(/\/kthw |newest question|JSON object|<#C1>|raise the limit|Try again/);
  });

  test.each(Object.entries(fates))('a question that is %s has buttons only while it is open', (_, fate) => {
    const blocks = JSON.stringify(question(rebuilding, asked, fate, everybody, ids).blocks);
    expect(blocks.includes('x.yes')).toBe(fate.is === 'open');
    expect(blocks).toContain('demo-controller-0');
  });

  test('a long list is cut where a person can still read it, and its buttons stay', () => {
    const destroys = Array.from({ length: 200 }, (_, i) => `machine demo-worker-${i} ${'x'.repeat(300)}`);
    const long = question(rebuilding, { ...asked, destroys }, { is: 'open' }, everybody, ids);
    expectWithinLimits(long);
    const blocks = JSON.stringify(long.blocks);
    expect(blocks).toContain('… and 140 more');
    // What is built first, the machines, is what a person must see.
    expect(blocks).toContain('machine demo-worker-199 ');
    expect(blocks).toContain('x.yes');
    expectWithinLimits(status(aStatus(), waiting({ ...pending, destroys }, named, ids)));
  });

  test('many approvers are the first ten and a number', () => {
    const approvers = Array.from({ length: 30 }, (_, i) => ({ team: 'T1', user: `U${i}` }));
    expect(JSON.stringify(question(rebuilding, asked, { is: 'open' }, { ...everybody, approvers }, ids))).toContain(
      '<@U9>, 20 more',
    );
  });
});

describe('the dialog for the name', () => {
  test.each(['demo', 'a'.repeat(40)])('is within Slack’s limits for %s', (name) => {
    const view = askForName(name, { id: 'delete.typed', block: 'name', value: { cluster: name, channel: 'C1' } });
    for (const part of [view.title, view.submit, view.close]) expect(part?.text.length).toBeLessThanOrEqual(24);
    expect(view.private_metadata?.length).toBeLessThanOrEqual(3_000);
    expect(JSON.stringify(view.blocks)).toContain(`Type ${name} to delete it`);
  });
});

describe('the audit trail', () => {
  test('shows the newest forty, newest last, and says how many came before', () => {
    const many = Array.from({ length: 100 }, (_, i) => ({
      at: later(i),
      what: `removed machine ${i} ${'y'.repeat(400)}`,
    }));
    const shown = auditTrail('demo', many);
    expectWithinLimits(shown);
    const text = readable(shown);
    expect(text).toContain('60 earlier ones are in the file');
    expect(text).not.toContain('machine 59 ');
    expect(text.indexOf('machine 60 ')).toBeLessThan(text.indexOf('machine 99 '));
  });

  test('as a file is one object a line, oldest first', () => {
    const lines = auditLines('demo', trail)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual(trail.map((entry) => ({ cluster: 'demo', ...entry, at: entry.at.toISOString() })));
  });
});

describe('text from outside', () => {
  test.each([
    ['markup', '<!channel> & <https://evil|click> `*bold*` ```'],
    ['too long', `${'<&>'.repeat(2_000)} ${'word '.repeat(2_000)}`],
    ['empty', ''],
  ])('%s stays text and within the limits', (_, text) => {
    const lines = { ...asked, destroys: Array.from({ length: 60 }, () => text) };
    for (const fate of Object.values(fates)) expectWithinLimits(question(rebuilding, lines, fate, named, ids));
    expectWithinLimits(status(aStatus(), waiting({ ...pending, ...lines }, named, ids)));
    expectWithinLimits(
      auditTrail(
        'demo',
        Array.from({ length: 60 }, () => ({ at: noon, what: text })),
      ),
    );
  });
});
