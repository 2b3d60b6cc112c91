import type { KnownBlock } from '@slack/types';
import { block } from './blocks.ts';

export function buildResizeButton(cluster: string, machineType: string, buttonId: string): KnownBlock {
  const label = `Resize to ${machineType} and continue`;
  return block.actions({ ...block.button(buttonId, label, { cluster, machineType }), style: 'primary' });
}
