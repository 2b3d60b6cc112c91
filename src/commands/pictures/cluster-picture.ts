import type { Sight } from '../../engine/doctor/sight.ts';
import type { Picture } from '../chat.ts';
import { clusterNote } from '../messages/pictures.ts';

/** A cluster as it was found, as it is sent to whoever asked. Drawing is loaded when it is first asked for. */
export async function clusterPicture(sight: Sight): Promise<Picture> {
  const [{ clusterSvg, clusterWords }, { rendered }] = await Promise.all([
    import('./cluster.ts'),
    import('./render.ts'),
  ]);
  const words = clusterWords(sight);
  const name = `${sight.cluster}-${sight.at.toISOString().replaceAll(/\D/g, '').slice(0, 14)}.png`;
  return { name, png: await rendered(clusterSvg(sight)), alt: words, comment: clusterNote(sight.cluster, words) };
}
