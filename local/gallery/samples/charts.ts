import { describeClusterMap, renderClusterMapSvg } from '../../../src/commands/charts/cluster-map.ts';
import { renderPng } from '../../../src/commands/charts/render-png.ts';
import { describeTimeline, renderTimelineSvg } from '../../../src/commands/charts/timeline.ts';
import { runs } from './runs.ts';
import type { SampleCatalogue } from './sample.ts';
import { sampleSnapshots } from './sample-snapshots.ts';

const timelines = Object.entries(runs).filter(([, { view }]) => view.outcome !== undefined);
const clusterMaps = Object.entries(sampleSnapshots);

/** Charts and their comments. */
export const chartSamples = {
  renderTimelineComment: {
    group: 'Charts',
    surface: 'message',
    states: Object.fromEntries(
      timelines.map(([name, { view, events }]) => [
        `timeline: ${name}`,
        [view, describeTimeline(view, events)] as const,
      ]),
    ),
    charts: Object.fromEntries(
      timelines.map(([name, { view, events }]) => [
        `timeline: ${name}`,
        () => renderPng(renderTimelineSvg(view, events)),
      ]),
    ),
  },
  renderClusterMapComment: {
    group: 'Charts',
    surface: 'message',
    states: Object.fromEntries(
      clusterMaps.map(([name, snapshot]) => [
        `cluster map: ${name}`,
        [snapshot.cluster, describeClusterMap(snapshot)] as const,
      ]),
    ),
    charts: Object.fromEntries(
      clusterMaps.map(([name, snapshot]) => [`cluster map: ${name}`, () => renderPng(renderClusterMapSvg(snapshot))]),
    ),
  },
  renderChartUnavailable: { group: 'Charts', surface: 'ephemeral', states: { unavailable: [] } },
} satisfies Pick<SampleCatalogue, 'renderTimelineComment' | 'renderClusterMapComment' | 'renderChartUnavailable'>;
