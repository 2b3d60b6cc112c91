import type { ClusterSnapshot } from '../../engine/diagnostics/cluster-snapshot.ts';
import { renderClusterMapComment } from '../messages/index.ts';
import type { ChartImage } from '../slack/chat.ts';

/** Cluster map image for a DM. Loads the renderer on first use. */
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
