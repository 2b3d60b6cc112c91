import type { Sight } from '../../engine/diagnostics/cluster-snapshot.ts';
import { clusterNote } from '../messages/chart-comments.ts';
import type { Picture } from '../slack/chat.ts';

/** A cluster as it was found, as it is sent to whoever asked. Drawing is loaded when it is first asked for. */
export async function clusterPicture(sight: Sight): Promise<Picture> {
  const [{ clusterSvg, clusterWords }, { rendered }] = await Promise.all([
    import('./cluster-map.ts'),
    import('./render-png.ts'),
  ]);
  const words = clusterWords(sight);
  const name = `${sight.cluster}-${sight.at.toISOString().replaceAll(/\D/g, '').slice(0, 14)}.png`;
  return { name, png: await rendered(clusterSvg(sight)), alt: words, comment: clusterNote(sight.cluster, words) };
}
