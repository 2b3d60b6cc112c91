import type { Message } from '../routing/command.ts';
import { buildMessage } from './blocks.ts';
import { formatCode } from './code.ts';
import { md } from './markdown.ts';

export function renderUnknownCluster(name: string): Message {
  return buildMessage(md`Cluster ${formatCode(name)} not found. ${formatCode('/kthw list')} shows all clusters`);
}
