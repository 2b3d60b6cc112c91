import { clusterSvg, clusterWords } from '../../../src/commands/charts/cluster-map.ts';
import { rendered } from '../../../src/commands/charts/render-png.ts';
import { timelineSvg, timelineWords } from '../../../src/commands/charts/timeline.ts';
import { clusterNote, noPicture, timelineNote } from '../../../src/commands/messages/chart-comments.ts';
import { runs } from './runs.ts';
import { messages, type Sample } from './sample.ts';
import { sights } from './sample-snapshots.ts';

const shown = ['ready', 'rebuilt', 'failed', 'cancelled', 'deleted', 'tested'] as const;

const timelines = shown.map((name): Sample => {
  const { view, events } = runs[name];
  return {
    group: 'Pictures',
    name: `timeline: ${name}`,
    surface: 'message',
    message: timelineNote(view, timelineWords(view, events)),
    picture: () => rendered(timelineSvg(view, events)),
  };
});

const clusters = Object.entries(sights).map(
  ([name, sight]): Sample => ({
    group: 'Pictures',
    name: `cluster: ${name}`,
    surface: 'message',
    message: clusterNote(sight.cluster, clusterWords(sight)),
    picture: () => rendered(clusterSvg(sight)),
  }),
);

/** Pictures with what is said beside them. */
export const pictureSamples: readonly Sample[] = [
  ...timelines,
  ...clusters,
  ...messages('Pictures', 'ephemeral', { 'none this time': noPicture() }),
];
