import type { HomeView, KnownBlock } from '@slack/types';
import { block, type Message } from './blocks.ts';
import { md } from './markdown.ts';

/** Home tab that only shows a message. */
export function renderHomeMessage({ blocks }: Message): HomeView {
  return { type: 'home', callback_id: 'home', blocks: [...blocks] };
}

/** Home tab of a user who is in no enabled channel, or whose membership can't be read. */
export function renderHomeMessageForNonMember(channels: readonly string[], isUnreadable: boolean): HomeView {
  const links = md.join(channels.map(md.channel), ', ');
  const text = isUnreadable
    ? md`Can't read the members of ${links}, so clusters are hidden.`
    : md`Join ${links} to see clusters here.`;
  return {
    type: 'home',
    callback_id: 'home',
    blocks: [
      ...buildWelcomeBlocks(),
      block.section(text),
      block.context(md`${md.code('/kthw list')} shows them in the channel`),
    ],
  };
}

export function buildWelcomeBlocks(): KnownBlock[] {
  return [
    block.header('Kubernetes The Hard Way, from Slack'),
    block.section(
      md.join([
        md`🔨 I build clusters on Compute Engine the way the tutorial does, and post progress in a thread.`,
        md`🔑 When a cluster is ready, I send your kubeconfig in a DM.`,
        md`✋ Destructive changes need approval. ${md.code('/kthw help')} lists all commands.`,
      ]),
    ),
  ];
}
