import type { ClusterSnapshot } from '../../engine/diagnostics/cluster-snapshot.ts';
import { renderClusterMapComment } from '../messages/chart-comments.ts';
import type { ChartImage } from '../slack/chat.ts';

/** A cluster as it was found, as it is sent to whoever asked. Drawing is loaded when it is first asked for. */
export async function createClusterMapChart(snapshot: ClusterSnapshot): Promise<ChartImage> {
  const [{ renderClusterMapSvg, describeClusterMap }, { renderPng }] = await Promise.all([
    import('./cluster-map.ts'),
    import('./render-png.ts'),
  ]);
  const description = describeClusterMap(snapshot);
  const name = `${snapshot.cluster}-${snapshot.at.toISOString().replaceAll(/\D/g, '').slice(0, 14)}.png`;
  return {
    name,
    png: await renderPng(renderClusterMapSvg(snapshot)),
    alt: description,
    comment: renderClusterMapComment(snapshot.cluster, description),
  };
}
