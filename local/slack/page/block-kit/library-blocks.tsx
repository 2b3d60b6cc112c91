import { memo, type ReactNode } from 'react';
import { type Block as LibraryBlock, Message } from 'slack-blocks-to-jsx';
import type { Block } from '../../model/view.ts';
import { useNames } from '../app/directory.ts';
import { fileUrl } from '../app/local-api-client.ts';
import { placeHash, placeOfPermalink } from '../app/route.ts';
import type { Text } from './block-kit-types.ts';
import { dateText } from './format-date-token.ts';
import { isSafeUrl } from './parse-mrkdwn.ts';
import { richTextOf } from './to-rich-text.ts';

/** Blocks as the library draws them, without its style sheet: ours fits them into the page. */
export const LibraryBlocks = memo(function LibraryBlocks({ blocks }: { blocks: readonly unknown[] }) {
  const { me, people, channels, groups } = useNames();
  const shown = blocks.map((block) => withFile(block as Block, me));
  return (
    <Message
      blocks={shown as unknown as LibraryBlock[]}
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
        date: ({ timestamp, format, fallback }) => <>{dateText(Number(timestamp), format, fallback)}</>,
      }}
    />
  );
});

/** A link: to a message it leads in this window, elsewhere in another, and nowhere where it would run something. */
function Link({ href, children }: { href: string; children: ReactNode }) {
  if (!isSafeUrl(href)) return <span>{children}</span>;
  const place = placeOfPermalink(href);
  if (place) return <a href={placeHash(place)}>{children}</a>;
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  );
}

/** A text object. */
export const TextObject = memo(function TextObject({ text }: { text: Text }) {
  if (text.text === '') return null;
  return <LibraryBlocks blocks={[richTextOf(text)]} />;
});

/** An image by its Slack file has no address that a browser may ask: it is shown from where the person may see it. */
function withFile(block: Block, me: string): Block {
  const file = block.slack_file as { id?: string } | undefined;
  if (block.type !== 'image' || !file?.id) return block;
  const { slack_file: _, ...rest } = block;
  return { ...rest, type: 'image', image_url: fileUrl(me, file.id, 'inline') };
}
