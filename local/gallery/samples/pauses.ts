import { pauseButtonIds } from '../../../src/commands/interactions/pause-buttons.ts';
import { ada, getSampleTime, grace } from './fixtures.ts';
import { runs } from './runs.ts';
import type { SampleCatalogue } from './sample.ts';

export const pausedView = { ...runs.creating.view, pausedAfterChapter: 4 };
const pause = { seq: 9, chapter: 4 };
const decidedAt = getSampleTime(90);

/** A create in tutorial mode. */
export const pauseSamples = {
  renderChapterPause: {
    group: 'Pause',
    surface: 'message',
    states: {
      paused: [pausedView, pause, { kind: 'open' }, pauseButtonIds],
      continued: [pausedView, pause, { kind: 'continue', actor: ada, at: decidedAt }, pauseButtonIds],
      'continued without further pauses': [
        pausedView,
        pause,
        { kind: 'continueToEnd', actor: ada, at: decidedAt },
        pauseButtonIds,
      ],
      stopped: [pausedView, pause, { kind: 'stop', actor: grace, at: decidedAt }, pauseButtonIds],
      'run cancelled': [pausedView, pause, { kind: 'past', actor: grace }, pauseButtonIds],
      'run ended': [pausedView, pause, { kind: 'past' }, pauseButtonIds],
    },
  },
  renderPauseResult: {
    group: 'Pause reply',
    surface: 'ephemeral',
    states: {
      continued: [{ decided: 'continue' }, 'demo'],
      'continued without further pauses': [{ decided: 'continueToEnd' }, 'demo'],
      stopped: [{ decided: 'stop' }, 'demo'],
      'already continued': [{ alreadyDecided: 'continue', decidedBy: grace, decidedAt }, 'demo'],
      'not paused': [{ notPaused: true }, undefined],
    },
  },
} satisfies Pick<SampleCatalogue, 'renderChapterPause' | 'renderPauseResult'>;
