import { describe, test } from 'vitest';
import { answered, notUnderstood } from '../../../src/commands/messages/command-replies.ts';
import { summary } from '../../../src/commands/messages/run-summary.ts';
import { ended, phaseDone, saidLines } from '../../../src/commands/messages/run-thread-messages.ts';
import { clusterList, status } from '../../../src/commands/messages/status.ts';
import {
  conflictCard,
  failureCard,
  postponedCard,
  retryCard,
} from '../../../src/commands/messages/step-error-cards.ts';
import type { Message } from '../../../src/commands/routing/command.ts';
import { aFault, aSpec, asker } from '../../fixtures/run.ts';
import { aPhaseView, aStatus, aView, noon } from './view-fixture.ts';
import { expectWithinLimits } from './within-limits.ts';

describe('text from outside', () => {
  const nasty = '<!channel> & <https://evil|click> `*bold*` ```';
  const huge = `${'<&>'.repeat(2_000)} ${'word '.repeat(2_000)}`;
  const messages = (text: string): Message[] => {
    // Of a name that long there is no cluster.
    const name = text.slice(0, 100);
    const fault = aFault({ message: text, next: text, detail: text });
    const view = aView({
      phases: Array.from({ length: 60 }, (_, i) =>
        aPhaseView({ name: `p${i}`, title: `${i} ${text}`, note: text, state: 'retrying', startedAt: noon }),
      ),
      steps: { 'network/a': { title: text, phase: 'p0', after: [] } },
      troubles: [{ step: 'network/a', fault }],
      over: 'failed',
    });
    const many = Array.from({ length: 200 }, () => ({ field: text, wanted: text, found: text }));
    return [
      summary(view, { moved: text, thread: text }),
      phaseDone(view, 'p0', new Map([['network/a', 'applied']])),
      saidLines(
        view,
        Array.from({ length: 20 }, () => ({ step: 'network/a', line: text })),
      ),
      failureCard(view, 'network/a', fault),
      retryCard(view, 'network/a', fault, 5, noon),
      conflictCard(view, 'network/a', many),
      postponedCard(view, 'network/a', fault),
      ended(view, { failed: text }),
      status(aStatus({ spec: aSpec({ name }) }, view)),
      clusterList(Array.from({ length: 40 }, () => aStatus({ spec: aSpec({ name, zone: text }) }, view))),
      clusterList(Array.from({ length: 300 }, () => aStatus({ spec: aSpec({ name, zone: text }) }, view))),
      answered(text, { heldBy: { run: text, operation: text, by: asker, since: noon } }, { markdown: 'x' }),
      answered(text, { differs: many }, { markdown: 'x' }),
      notUnderstood([text, text], [text], '/kthw help'),
    ];
  };

  test.each([
    ['markup', nasty],
    ['too long', huge],
    ['long without a blank', '&'.repeat(9_000)],
    ['empty', ''],
  ])('%s stays text and within the limits', (_, text) => {
    for (const message of messages(text)) expectWithinLimits(message);
  });
});
