import { describe, test } from 'vitest';
import type { Message } from '../../../src/commands/messages/blocks.ts';
import { renderClusterList } from '../../../src/commands/messages/cluster-list.ts';
import { renderConflictCard } from '../../../src/commands/messages/conflict-card.ts';
import { renderInvalidArguments } from '../../../src/commands/messages/invalid-arguments.ts';
import { renderPhaseResult } from '../../../src/commands/messages/phase-result.ts';
import { renderRunResult } from '../../../src/commands/messages/run-result.ts';
import { renderRunSummary } from '../../../src/commands/messages/run-summary.ts';
import { renderStartResult } from '../../../src/commands/messages/start-result.ts';
import { renderStatus } from '../../../src/commands/messages/status.ts';
import {
  renderDeferredStepErrorCard,
  renderFailedStepErrorCard,
  renderRetriedStepErrorCard,
} from '../../../src/commands/messages/step-error-card.ts';
import { renderStepLog } from '../../../src/commands/messages/step-log.ts';
import { buildSpec, buildStepError, testUser } from '../../fixtures/run.ts';
import { aPhaseView, aStatus, aView, noon } from './view-fixture.ts';
import { expectWithinLimits } from './within-limits.ts';

describe('external text', () => {
  const nasty = '<!channel> & <https://evil|click> `*bold*` ```';
  const huge = `${'<&>'.repeat(2_000)} ${'word '.repeat(2_000)}`;
  const messages = (text: string): Message[] => {
    // Of a name that long there is no cluster.
    const name = text.slice(0, 100);
    const error = buildStepError({ message: text, remedy: text, detail: text });
    const view = aView({
      phases: Array.from({ length: 60 }, (_, i) =>
        aPhaseView({ name: `p${i}`, title: `${i} ${text}`, note: text, state: 'retrying', startedAt: noon }),
      ),
      steps: { 'network/a': { title: text, phase: 'p0', dependsOn: [] } },
      problems: [{ step: 'network/a', error }],
      outcome: 'failed',
    });
    const many = Array.from({ length: 200 }, () => ({ field: text, desired: text, actual: text }));
    return [
      renderRunSummary(view, { fallbackReason: text, threadUrl: text }),
      renderPhaseResult(view, 'p0', new Map([['network/a', 'applied']])),
      renderStepLog(
        view,
        Array.from({ length: 20 }, () => ({ step: 'network/a', line: text })),
      ),
      renderFailedStepErrorCard(view, 'network/a', error, 5),
      renderRetriedStepErrorCard(view, 'network/a', error, 5, noon),
      renderConflictCard(view, 'network/a', many),
      renderDeferredStepErrorCard(view, 'network/a', error),
      renderRunResult(view, { failureReason: text }),
      renderStatus(aStatus({ spec: buildSpec({ name }) }, view)),
      renderClusterList(Array.from({ length: 40 }, () => aStatus({ spec: buildSpec({ name, zone: text }) }, view))),
      renderClusterList(Array.from({ length: 300 }, () => aStatus({ spec: buildSpec({ name, zone: text }) }, view))),
      renderStartResult(
        text,
        { activeRun: { run: text, operation: text, requester: testUser, since: noon } },
        { markdown: 'x' },
      ),
      renderStartResult(text, { differences: many }, { markdown: 'x' }),
      renderInvalidArguments([text, text], [text], '/kthw help'),
    ];
  };

  test.each([
    ['markup', nasty],
    ['too long', huge],
    ['long without a blank', '&'.repeat(9_000)],
    ['empty', ''],
  ])('is escaped and truncated: %s', (_, text) => {
    for (const message of messages(text)) expectWithinLimits(message);
  });
});
