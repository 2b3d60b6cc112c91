import type { HomeView, KnownBlock } from '@slack/types';
import type { Message } from '../routing/command.ts';
import { block } from './blocks.ts';
import { formatCode } from './code.ts';
import { joinMarkdown, md } from './markdown.ts';
import { formatChannelLink } from './mention.ts';

/** Home tab that only shows a message. */
export function renderHomeMessage({ blocks }: Message): HomeView {
  return { type: 'home', callback_id: 'home', blocks: [...blocks] };
}

/** Home tab of a user who is in no enabled channel, or whose membership can't be read. */
export function renderHomeMessageForNonMember(channels: readonly string[], isUnreadable: boolean): HomeView {
  const links = joinMarkdown(channels.map(formatChannelLink), ', ');
  const text = isUnreadable
    ? md`Can't read the members of ${links}, so clusters are hidden.`
    : md`Join ${links} to see clusters here.`;
  return {
    type: 'home',
    callback_id: 'home',
    blocks: [
      ...buildWelcomeBlocks(),
      block.section(text),
      block.context(md`${formatCode('/kthw list')} shows them in the channel`),
    ],
  };
}

export function buildWelcomeBlocks(): KnownBlock[] {
  return [
    block.header('Kubernetes The Hard Way, from Slack'),
    block.section(
      joinMarkdown([
        md`🔨 I build clusters on Compute Engine the way the tutorial does, and post progress in a thread.`,
        md`🔑 When a cluster is ready, I send your kubeconfig in a DM.`,
        md`✋ Destructive changes need approval. ${formatCode('/kthw help')} lists all commands.`,
      ]),
    ),
  ];
}
