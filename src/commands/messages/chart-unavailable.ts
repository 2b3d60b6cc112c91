import { buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

export function renderChartUnavailable(): Message {
  return buildMessage(md`Couldn't draw the diagram; the status above is current. Run the command again to retry`);
}
