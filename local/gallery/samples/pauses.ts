import { pauseButtonIds } from '../../../src/commands/interactions/pause-buttons.ts';
import {
  buildPauseBlocks,
  renderChapterPause,
  renderPauseResult,
} from '../../../src/commands/messages/chapter-pause.ts';
import { renderRunSummary } from '../../../src/commands/messages/run-summary.ts';
import { renderStatus } from '../../../src/commands/messages/status.ts';
import { ada, createClusterRecord, getSampleTime, grace } from './fixtures.ts';
import { runs } from './runs.ts';
import { createMessageSamples, type Sample } from './sample.ts';

const view = { ...runs.building.view, pausedAfterChapter: 4 };
const pause = { seq: 9, chapter: 4 };
const decidedAt = getSampleTime(90);

/** A create that waits for a button after every chapter. */
export const pauseSamples: readonly Sample[] = [
  ...createMessageSamples('Pause', 'message', {
    'the summary while it waits': renderRunSummary(view),
    'a chapter is done': renderChapterPause(view, pause, { kind: 'open' }, pauseButtonIds),
    'somebody went on': renderChapterPause(
      view,
      pause,
      { kind: 'continue', actor: ada, at: decidedAt },
      pauseButtonIds,
    ),
    'somebody went on without another pause': renderChapterPause(
      view,
      pause,
      { kind: 'continueToEnd', actor: ada, at: decidedAt },
      pauseButtonIds,
    ),
    'somebody stopped there': renderChapterPause(
      view,
      pause,
      { kind: 'stop', actor: grace, at: decidedAt },
      pauseButtonIds,
    ),
    'somebody cancelled the run': renderChapterPause(view, pause, { kind: 'past', actor: grace }, pauseButtonIds),
    'it is over without a press': renderChapterPause(view, pause, { kind: 'past' }, pauseButtonIds),
  }),
  ...createMessageSamples('Pause', 'ephemeral', {
    'its status': renderStatus(
      { name: 'demo', record: createClusterRecord(), latestRun: view },
      buildPauseBlocks(view, pauseButtonIds),
    ),
    'your press counts: next': renderPauseResult({ decided: 'continue' }, 'demo').message,
    'your press counts: through': renderPauseResult({ decided: 'continueToEnd' }, 'demo').message,
    'your press counts: stop': renderPauseResult({ decided: 'stop' }, 'demo').message,
    'somebody was first': renderPauseResult({ alreadyDecided: 'continue', decidedBy: grace, decidedAt }, 'demo')
      .message,
    'the pause is over': renderPauseResult({ notPaused: true }, undefined).message,
  }),
];
