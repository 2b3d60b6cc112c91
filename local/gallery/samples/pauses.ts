import { pauseIds } from '../../../src/commands/interactions/pause-buttons.ts';
import { chapterDone, pauseWaits, wentOn } from '../../../src/commands/messages/chapter-pause.ts';
import { summary } from '../../../src/commands/messages/run-summary.ts';
import { status } from '../../../src/commands/messages/status.ts';
import { ada, cluster, grace, later } from './fixtures.ts';
import { runs } from './runs.ts';
import { messages, type Sample } from './sample.ts';

const view = { ...runs.building.view, pausedAfter: 4 };
const pause = { seq: 9, chapter: 4 };
const at = later(90);

/** A create that waits for a button after every chapter. */
export const pauseSamples: readonly Sample[] = [
  ...messages('Pause', 'message', {
    'the summary while it waits': summary(view),
    'a chapter is done': chapterDone(view, pause, { is: 'open' }, pauseIds),
    'somebody went on': chapterDone(view, pause, { is: 'next', by: ada, at }, pauseIds),
    'somebody went on without another pause': chapterDone(view, pause, { is: 'through', by: ada, at }, pauseIds),
    'somebody stopped there': chapterDone(view, pause, { is: 'stop', by: grace, at }, pauseIds),
    'somebody cancelled the run': chapterDone(view, pause, { is: 'past', by: grace }, pauseIds),
    'it is over without a press': chapterDone(view, pause, { is: 'past' }, pauseIds),
  }),
  ...messages('Pause', 'ephemeral', {
    'its status': status({ name: 'demo', record: cluster(), latest: view }, pauseWaits(view, pauseIds)),
    'your press counts: next': wentOn({ went: 'next' }, 'demo').shown,
    'your press counts: through': wentOn({ went: 'through' }, 'demo').shown,
    'your press counts: stop': wentOn({ went: 'stop' }, 'demo').shown,
    'somebody was first': wentOn({ already: 'next', by: grace, at }, 'demo').shown,
    'the pause is over': wentOn({ past: true }, undefined).shown,
  }),
];
