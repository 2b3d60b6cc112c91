import { describeClusterMap, renderClusterMapSvg } from '../../../src/commands/charts/cluster-map.ts';
import { renderPng } from '../../../src/commands/charts/render-png.ts';
import { describeTimeline, renderTimelineSvg } from '../../../src/commands/charts/timeline.ts';
import {
  renderChartUnavailable,
  renderClusterMapComment,
  renderTimelineComment,
} from '../../../src/commands/messages/chart-comments.ts';
import { runs } from './runs.ts';
import { createMessageSamples, type Sample } from './sample.ts';
import { sampleSnapshots } from './sample-snapshots.ts';

const timelineRuns = ['ready', 'rebuilt', 'failed', 'cancelled', 'deleted', 'tested'] as const;

const timelines = timelineRuns.map((name): Sample => {
  const { view, events } = runs[name];
  return {
    group: 'Pictures',
    name: `timeline: ${name}`,
    surface: 'message',
    message: renderTimelineComment(view, describeTimeline(view, events)),
    renderChart: () => renderPng(renderTimelineSvg(view, events)),
  };
});

const clusterMaps = Object.entries(sampleSnapshots).map(
  ([name, snapshot]): Sample => ({
    group: 'Pictures',
    name: `cluster: ${name}`,
    surface: 'message',
    message: renderClusterMapComment(snapshot.cluster, describeClusterMap(snapshot)),
    renderChart: () => renderPng(renderClusterMapSvg(snapshot)),
  }),
);

/** Pictures with what is said beside them. */
export const chartSamples: readonly Sample[] = [
  ...timelines,
  ...clusterMaps,
  ...createMessageSamples('Pictures', 'ephemeral', { 'none this time': renderChartUnavailable() }),
];
