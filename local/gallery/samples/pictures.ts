import { timelineNote } from '../../../src/commands/messages/pictures.ts';
import { rendered } from '../../../src/commands/pictures/render.ts';
import { timelineSvg, timelineWords } from '../../../src/commands/pictures/timeline.ts';
import { runs } from './runs.ts';
import type { Sample } from './sample.ts';

const shown = ['ready', 'rebuilt', 'failed', 'cancelled', 'deleted', 'tested'] as const;

/** Pictures with what is said beside them. */
export const pictureSamples: readonly Sample[] = shown.map((name) => {
  const { view, events } = runs[name];
  return {
    group: 'Pictures',
    name: `timeline: ${name}`,
    surface: 'message',
    message: timelineNote(view, timelineWords(view, events)),
    picture: () => rendered(timelineSvg(view, events)),
  };
});
