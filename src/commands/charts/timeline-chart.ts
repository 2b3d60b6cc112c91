import type { RunView } from '../../engine/service/cluster-service-types.ts';
import type { StoredEvent } from '../../store/events.ts';
import { timelineNote } from '../messages/chart-comments.ts';
import type { Picture } from '../slack/chat.ts';

/** The timeline of a run as it is shared in its thread. Drawing is loaded when the first run is over. */
export async function timelinePicture(view: RunView, events: readonly StoredEvent[]): Promise<Omit<Picture, 'name'>> {
  const [{ timelineSvg, timelineWords }, { rendered }] = await Promise.all([
    import('./timeline.ts'),
    import('./render-png.ts'),
  ]);
  const words = timelineWords(view, events);
  return { png: await rendered(timelineSvg(view, events)), alt: words, comment: timelineNote(view, words) };
}
