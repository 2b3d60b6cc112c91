import type { RunView } from '../../engine/desk-types.ts';
import type { StoredEvent } from '../../store/events.ts';
import type { Picture } from '../chat.ts';
import { timelineNote } from '../messages/pictures.ts';

/** The timeline of a run as it is shared in its thread. Drawing is loaded when the first run is over. */
export async function timelinePicture(view: RunView, events: readonly StoredEvent[]): Promise<Omit<Picture, 'name'>> {
  const [{ timelineSvg, timelineWords }, { rendered }] = await Promise.all([
    import('./timeline.ts'),
    import('./render.ts'),
  ]);
  const words = timelineWords(view, events);
  return { png: await rendered(timelineSvg(view, events)), alt: words, comment: timelineNote(view, words) };
}
