import { publicAddressOutput } from '../../engine/cluster/outputs.ts';
import type { RunView } from '../../engine/service/cluster-service.ts';
import { type Markdown, md } from './markdown.ts';

/** Public URL of the API server, once its static IP address is reserved. */
export function formatApiServerUrl(outputs: RunView['outputs']): Markdown | undefined {
  const address = outputs[publicAddressOutput.name];
  return typeof address === 'string' ? md.code(`https://${address}:6443`) : undefined;
}
