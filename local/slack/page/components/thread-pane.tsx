import type { ApiMessage, ChannelEntry } from '../app/api-types.ts';
import type { ChangeStream } from '../app/use-change-stream.ts';
import { useQuery } from '../app/use-query.ts';
import { MessageList } from '../message/message-list.tsx';
import { Composer } from './composer.tsx';
import { Icon } from './icon.tsx';

interface ThreadPaneProps {
  readonly as: string;
  readonly channel: ChannelEntry;
  readonly ts: string;
  readonly stream: ChangeStream;
  close(): void;
  send(text: string): Promise<boolean>;
}

/** Shows a message and its replies next to the channel. Esc closes it. */
export function ThreadPane({ as, channel, ts, stream, close, send }: ThreadPaneProps) {
  const thread = useQuery<{ messages: ApiMessage[] }>(
    'messages',
    { as, channel: channel.id, thread: ts },
    stream,
    (event) => event.kind === 'message' && event.channel === channel.id,
  );
  const messages = thread?.messages ?? [];
  return (
    <aside className="thread" aria-label="Thread">
      <header className="pane-head">
        <h1>
          Thread <span className="muted">{channel.name && `#${channel.name}`}</span>
        </h1>
        <button type="button" className="icon-button" aria-label="Close thread" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <MessageList messages={messages} channel={channel.id} label="Thread" key={ts} />
      <Composer placeholder="Reply…" send={send} commands={[]} historyKey={`replied-${as}`} key={`composer-${ts}`} />
    </aside>
  );
}
