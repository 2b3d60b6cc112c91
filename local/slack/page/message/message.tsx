import { type KeyboardEvent, memo, type ReactNode, useMemo } from 'react';
import type { Block } from '../../model/view.ts';
import type { ApiMessage } from '../app/api-types.ts';
import { useDirectory } from '../app/directory.ts';
import type { Control, ControlValue } from '../block-kit/block-kit-types.ts';
import { Blocks } from '../block-kit/blocks.tsx';
import { TextObject } from '../block-kit/library-blocks.tsx';
import { SurfaceProvider } from '../block-kit/surface.ts';
import { Icon } from '../components/icon.tsx';
import { Avatar } from './avatar.tsx';
import { FileCard } from './file-card.tsx';
import { formatTime, toDate } from './format-time.ts';

export interface MessageProps {
  readonly message: ApiMessage;
  /** Whether the same author wrote the previous message, so the name is omitted. */
  readonly compact?: boolean;
  /** Opens the thread; undefined inside a thread. */
  readonly openThread?: ((ts: string) => void) | undefined;
  onAction(message: ApiMessage, block: Block, control: Control, value: ControlValue | undefined): Promise<void>;
  /** Extra content below the files, such as a chart in the gallery. */
  readonly children?: ReactNode;
}

/** A message with its blocks, files and thread link. */
export const Message = memo(function Message({
  message,
  compact = false,
  openThread,
  onAction,
  children,
}: MessageProps) {
  const { people } = useDirectory();
  const person = people.find(({ id }) => id === message.user);
  const surface = useMemo(
    () => ({
      onAction: (block: Block, control: Control, value?: ControlValue) => onAction(message, block, control, value),
    }),
    [message, onAction],
  );
  const classes = ['message', compact && 'compact', message.is_ephemeral && 'ephemeral'].filter(Boolean).join(' ');
  const canOpen = openThread && !message.is_ephemeral && !message.thread_ts?.replace(message.ts, '');
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.target === event.currentTarget && canOpen) openThread(message.ts);
  };
  return (
    <article className={classes} data-ts={message.ts} tabIndex={-1} onKeyDown={onKeyDown}>
      <div className="message-side">
        {compact ? <span className="side-time">{formatTime(message.ts)}</span> : <Avatar person={person} />}
      </div>
      <div className="message-content">
        {!compact && (
          <header className="message-head">
            <strong>{person?.realName ?? message.user}</strong>
            {person?.isBot && <span className="badge">App</span>}
            <time dateTime={toDate(message.ts).toISOString()} title={toDate(message.ts).toLocaleString()}>
              {formatTime(message.ts)}
            </time>
          </header>
        )}
        {message.is_ephemeral && (
          <div className="only-you">
            <Icon name="eye" /> Only visible to you
          </div>
        )}
        <SurfaceProvider value={surface}>
          <MessageBody message={message} />
        </SurfaceProvider>
        {message.edited && !message.blocks && <span className="muted edited">(edited)</span>}
        {message.files?.map((file) =>
          file.mode === 'tombstone' ? (
            <p className="muted" key={file.id}>
              This file was deleted.
            </p>
          ) : (
            <FileCard file={file} key={file.id} />
          ),
        )}
        {children}
        {message.reactions && (
          <div className="reactions">
            {message.reactions.map(({ name, count }) => (
              <span className="reaction" key={name}>
                <TextObject text={{ type: 'plain_text', text: `:${name}: ${count}` }} />
              </span>
            ))}
          </div>
        )}
        {canOpen && message.reply_count ? <ThreadLink message={message} onOpen={openThread} /> : null}
      </div>
      {canOpen && !message.reply_count && (
        <button
          type="button"
          className="icon-button reply"
          aria-label="Reply in thread"
          onClick={() => openThread(message.ts)}
        >
          <Icon name="reply" />
        </button>
      )}
    </article>
  );
});

function MessageBody({ message }: { message: ApiMessage }) {
  return (
    <>
      {message.blocks ? (
        <Blocks blocks={message.blocks} />
      ) : (
        <div className="block">
          <TextObject text={{ type: 'mrkdwn', text: message.text }} />
        </div>
      )}
      {message.attachments?.map((one, index) => (
        <div className="attachment" key={index}>
          {one.blocks ? <Blocks blocks={one.blocks} /> : <TextObject text={{ type: 'mrkdwn', text: one.text ?? '' }} />}
        </div>
      ))}
    </>
  );
}

function ThreadLink({ message, onOpen }: { message: ApiMessage; onOpen(ts: string): void }) {
  const { people } = useDirectory();
  const { reply_count: count = 0, reply_users: users = [], latest_reply: latest } = message;
  return (
    <button type="button" className="thread-link" onClick={() => onOpen(message.ts)}>
      {users.slice(0, 4).map((user) => (
        <Avatar person={people.find(({ id }) => id === user)} small key={user} />
      ))}
      <strong>
        {count} {count === 1 ? 'reply' : 'replies'}
      </strong>
      {latest && <span className="muted">last at {formatTime(latest)}</span>}
    </button>
  );
}
