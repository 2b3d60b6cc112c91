import { memo, type ReactNode } from 'react';
import { type Block as LibraryBlock, Message } from 'slack-blocks-to-jsx';
import type { Block } from '../../model/view.ts';
import { useDirectory } from '../app/directory.ts';
import { buildFileUrl } from '../app/local-api-client.ts';
import { formatRoute, parsePermalink } from '../app/route.ts';
import type { Text } from './block-kit-types.ts';
import { formatDateToken } from './format-date-token.ts';
import { isSafeUrl } from './parse-mrkdwn.ts';
import { toRichText } from './to-rich-text.ts';

/** Draws blocks with the block library, but with our style sheet. */
export const LibraryBlocks = memo(function LibraryBlocks({ blocks }: { blocks: readonly unknown[] }) {
  const { me, people, channels, groups } = useDirectory();
  const resolvedBlocks = blocks.map((block) => resolveSlackFile(block as Block, me));
  return (
    <Message
      blocks={resolvedBlocks as unknown as LibraryBlock[]}
      name=""
      logo=""
      withoutWrapper
      unstyled
      data={{
        users: people.map(({ id, name }) => ({ id, name })),
        channels: channels.map(({ id, name }) => ({ id, name })),
        user_groups: groups.map(({ id, handle }) => ({ id, name: handle, handle })),
      }}
      hooks={{
        link: ({ href, children }) => <Link href={href}>{children}</Link>,
        date: ({ timestamp, format, fallback }) => <>{formatDateToken(Number(timestamp), format, fallback)}</>,
      }}
    />
  );
});

/** A link. Message permalinks open in this window, other URLs in a new one. URLs that could run code are not links. */
function Link({ href, children }: { href: string; children: ReactNode }) {
  if (!isSafeUrl(href)) return <span>{children}</span>;
  const route = parsePermalink(href);
  if (route) return <a href={formatRoute(route)}>{children}</a>;
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

/** Draws a text object. */
export const TextObject = memo(function TextObject({ text }: { text: Text }) {
  if (text.text === '') return null;
  return <LibraryBlocks blocks={[toRichText(text)]} />;
});

/** A `slack_file` image has no URL that a browser may fetch, so it is loaded through the local API. */
function resolveSlackFile(block: Block, me: string): Block {
  const file = block.slack_file as { id?: string } | undefined;
  if (block.type !== 'image' || !file?.id) return block;
  const { slack_file: _, ...rest } = block;
  return { ...rest, type: 'image', image_url: buildFileUrl(me, file.id, 'inline') };
}
