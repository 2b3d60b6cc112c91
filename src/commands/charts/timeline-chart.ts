import type { RunView } from '../../engine/service/cluster-service.ts';
import type { StoredEvent } from '../../store/events.ts';
import { renderTimelineComment } from '../messages/index.ts';
import type { ChartImage } from '../slack/chat.ts';

/** Timeline image for a run's thread. Loads the renderer on first use. */
export async function createTimelineChart(
  view: RunView,
  events: readonly StoredEvent[],
): Promise<Omit<ChartImage, 'name'>> {
  const [{ renderTimelineSvg, describeTimeline }, { renderPng }] = await Promise.all([
    import('./timeline.ts'),
    import('./render-png.ts'),
  ]);
  const description = describeTimeline(view, events);
  return {
    png: await renderPng(renderTimelineSvg(view, events)),
    alt: description,
    comment: renderTimelineComment(view, description),
  };
}
