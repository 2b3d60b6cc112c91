import { Fragment, type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import type { ShownMessage } from '../app/api-types.ts';
import { useNames } from '../app/directory.ts';
import { act as ask } from '../app/local-api-client.ts';
import { useNotice } from '../components/notices.tsx';
import { day } from './format-time.ts';
import { Message, type MessageProps } from './message.tsx';

interface MessageListProps {
  readonly messages: readonly ShownMessage[];
  readonly channel: string;
  readonly label: string;
  /** Shown where there is nothing. */
  readonly empty?: string;
  readonly openThread?: MessageProps['openThread'];
}

const gapSec = 300;
const nearEndPx = 80;

/** Messages, oldest first. It stays at its end while it is there, and arrows go from one to the next. */
export function MessageList({ messages, channel, label, empty = '', openThread }: MessageListProps) {
  const { me } = useNames();
  const notice = useNotice();
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const act = useCallback<MessageProps['act']>(
    async (message, block, control, value) => {
      const press = { as: me, channel, ts: message.ts, actionId: control.action_id, blockId: block.block_id, value };
      await notice.of(async () => {
        const { ack } = await ask('click', press);
        if (!ack.ok) throw new Error(`The app did not respond: ${ack.error}`);
      });
    },
    [me, channel, notice],
  );
  const last = messages.at(-1);
  const mine = last?.user === me ? last.ts : undefined;
  // What is one's own is always shown.
  useEffect(() => {
    atEnd.current = true;
  }, [channel, mine]);
  useLayoutEffect(() => {
    const { current } = list;
    if (!current) return;
    const toEnd = () => {
      if (atEnd.current) current.scrollTop = current.scrollHeight;
    };
    toEnd();
    // Pictures come later, and make it longer.
    const grown = new ResizeObserver(toEnd);
    for (const child of current.children) grown.observe(child);
    return () => grown.disconnect();
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
        atEnd.current = scrollHeight - scrollTop - clientHeight < nearEndPx;
      }}
      onKeyDown={step}
    >
      <div className="messages-inside">
        {messages.length === 0 && empty && <p className="empty">{empty}</p>}
        {messages.map((message, index) => {
          const previous = messages[index - 1];
          const isNewDay = !previous || day(previous.ts) !== day(message.ts);
          return (
            <Fragment key={message.ts}>
              {isNewDay && (
                <div className="day">
                  <span>{day(message.ts)}</span>
                </div>
              )}
              <Message
                message={message}
                compact={!isNewDay && follows(previous, message)}
                act={act}
                openThread={openThread}
              />
            </Fragment>
          );
        })}
      </div>
    </div>
  );
}

/** Whether a message goes on from the one before it. */
function follows(previous: ShownMessage, message: ShownMessage): boolean {
  const near = Number(message.ts) - Number(previous.ts) < gapSec;
  const alike = previous.user === message.user && previous.is_ephemeral === message.is_ephemeral;
  return near && alike && !previous.reply_count && !message.blocks?.some(({ type }) => type === 'header');
}

function step(event: KeyboardEvent<HTMLDivElement>): void {
  const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const target = event.target as HTMLElement;
  const isOnMessage = target === event.currentTarget || target.matches('.message');
  if (way === undefined || !isOnMessage) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('.message')];
  const from = all.indexOf(target);
  const next = from < 0 ? all.at(-1) : all[from + way];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}
