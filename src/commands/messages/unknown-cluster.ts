import { buildMessage, type Message } from './blocks.ts';
import { md } from './markdown.ts';

export function renderUnknownCluster(name: string): Message {
  return buildMessage(md`Cluster ${md.code(name)} not found. ${md.code('/kthw list')} shows all clusters`);
}
