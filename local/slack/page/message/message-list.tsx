import { Fragment, type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import type { ApiMessage } from '../app/api-types.ts';
import { useDirectory } from '../app/directory.ts';
import { performAction } from '../app/local-api-client.ts';
import { useNotices } from '../components/notices.tsx';
import { formatDay } from './format-time.ts';
import { Message, type MessageProps } from './message.tsx';

interface MessageListProps {
  readonly messages: readonly ApiMessage[];
  readonly channel: string;
  readonly label: string;
  /** Shown if the list is empty. */
  readonly empty?: string;
  readonly openThread?: MessageProps['openThread'];
}

const maxGapSec = 300;
const nearEndPx = 80;

/**
 * Lists messages, oldest first. Follows new messages while scrolled to the end.
 * The arrow keys move between messages.
 */
export function MessageList({ messages, channel, label, empty = '', openThread }: MessageListProps) {
  const { me } = useDirectory();
  const notices = useNotices();
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const onAction = useCallback<MessageProps['onAction']>(
    async (message, block, control, value) => {
      const click = { as: me, channel, ts: message.ts, actionId: control.action_id, blockId: block.block_id, value };
      await notices.reportErrors(async () => {
        const { ack } = await performAction('click', click);
        if (!ack.ok) throw new Error(`The app did not respond: ${ack.error}`);
      });
    },
    [me, channel, notices],
  );
  const last = messages.at(-1);
  const lastOwnTs = last?.user === me ? last.ts : undefined;
  // Always scroll to the user's own new message.
  useEffect(() => {
    isAtEnd.current = true;
  }, [channel, lastOwnTs]);
  useLayoutEffect(() => {
    const { current } = list;
    if (!current) return;
    const scrollToEnd = () => {
      if (isAtEnd.current) current.scrollTop = current.scrollHeight;
    };
    scrollToEnd();
    // Images load later and increase the height.
    const resizeObserver = new ResizeObserver(scrollToEnd);
    for (const child of current.children) resizeObserver.observe(child);
    return () => resizeObserver.disconnect();
  });
  return (
    <div
      ref={list}
      className="messages"
      role="log"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < nearEndPx;
      }}
      onKeyDown={moveFocus}
    >
      <div className="messages-inside">
        {messages.length === 0 && empty && <p className="empty">{empty}</p>}
        {messages.map((message, index) => {
          const previous = messages[index - 1];
          const isNewDay = !previous || formatDay(previous.ts) !== formatDay(message.ts);
          return (
            <Fragment key={message.ts}>
              {isNewDay && (
                <div className="day">
                  <span>{formatDay(message.ts)}</span>
                </div>
              )}
              <Message
                message={message}
                compact={!isNewDay && isContinuation(previous, message)}
                onAction={onAction}
                openThread={openThread}
              />
            </Fragment>
          );
        })}
      </div>
    </div>
  );
}

/** Whether a message continues the previous one: same author, a short time later. */
function isContinuation(previous: ApiMessage, message: ApiMessage): boolean {
  const isRecent = Number(message.ts) - Number(previous.ts) < maxGapSec;
  const isSameAuthor = previous.user === message.user && previous.is_ephemeral === message.is_ephemeral;
  return isRecent && isSameAuthor && !previous.reply_count && !message.blocks?.some(({ type }) => type === 'header');
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const direction = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const target = event.target as HTMLElement;
  const isOnMessage = target === event.currentTarget || target.matches('.message');
  if (direction === undefined || !isOnMessage) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('.message')];
  const from = all.indexOf(target);
  const next = from < 0 ? all.at(-1) : all[from + direction];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}
