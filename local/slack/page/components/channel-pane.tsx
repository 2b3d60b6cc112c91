import { useEffect, useState } from 'react';
import type { View } from '../../model/view.ts';
import type { ApiMessage, ChannelEntry, Overview } from '../app/api-types.ts';
import { formatChannelTitle } from '../app/find-channel.ts';
import { performAction } from '../app/local-api-client.ts';
import { formatRoute, type Route } from '../app/route.ts';
import type { ChangeStream } from '../app/use-change-stream.ts';
import { useQuery } from '../app/use-query.ts';
import { MessageList } from '../message/message-list.tsx';
import { Composer } from './composer.tsx';
import { HomeTab } from './home-tab.tsx';
import { Icon } from './icon.tsx';
import { useNotices } from './notices.tsx';

interface ChannelPaneProps {
  readonly team: Overview;
  readonly route: Route;
  readonly channel: ChannelEntry;
  readonly stream: ChangeStream;
  openDrawer(): void;
  openThread(ts: string): void;
  send(text: string): Promise<boolean>;
}

/** A channel or direct message conversation. The app's conversation also has a Home tab. */
export function ChannelPane({ team, route, channel, stream, openDrawer, openThread, send }: ChannelPaneProps) {
  const { as, home } = route;
  const title = formatChannelTitle(team, channel);
  const isApp = channel.with === team.bot.user;
  const app = team.people.find(({ id }) => id === team.bot.user);
  const history = useQuery<{ messages: ApiMessage[] }>(
    'messages',
    home ? undefined : { as, channel: channel.id },
    stream,
    (event) => event.kind === 'message' && event.channel === channel.id,
  );
  const homeTab = useQuery<{ view: View | null }>(
    'home',
    home ? { as } : undefined,
    stream,
    ({ kind }) => kind === 'home',
  );
  const messages = history?.messages;
  useMarkAsRead(as, channel, home ? undefined : messages?.at(-1)?.ts);
  const renderTab = (name: string, target: Partial<Route>, isCurrent: boolean) => (
    <a
      className="tab"
      href={formatRoute({ as, channel: '', home: false, ...target })}
      aria-current={isCurrent || undefined}
    >
      {name}
    </a>
  );
  return (
    <main className="pane">
      <header className="pane-head">
        <button type="button" className="icon-button drawer-button" aria-label="Channels" onClick={openDrawer}>
          <Icon name="menu" />
        </button>
        <h1>{title}</h1>
        {isApp ? (
          <span className="tabs">
            {renderTab('Home', { home: true }, home)}
            {renderTab('Messages', { channel: `@${app?.name}` }, !home)}
          </span>
        ) : (
          <span className="topic muted">{channel.topic}</span>
        )}
        {channel.kind === 'channel' && !channel.hasBot && <AddAppButton as={as} channel={channel} team={team} />}
        {!stream.isOnline && <span className="away">reconnecting…</span>}
      </header>
      {home ? (
        <HomeTab as={as} view={homeTab?.view} />
      ) : (
        <>
          <MessageList
            messages={messages ?? []}
            channel={channel.id}
            label={title}
            empty={messages ? 'No messages yet. Try /kthw help' : ''}
            openThread={openThread}
          />
          <Composer placeholder={`Message ${title}`} send={send} commands={team.commands} historyKey={`typed-${as}`} />
        </>
      )}
    </main>
  );
}

/** Marks a channel as read up to its newest message while the page is visible. */
function useMarkAsRead(as: string, channel: ChannelEntry, newest: string | undefined): void {
  const [isVisible, setIsVisible] = useState(!document.hidden);
  useEffect(() => {
    const onVisibilityChange = () => setIsVisible(!document.hidden);
    document.addEventListener('visibilitychange', onVisibilityChange);
    return () => document.removeEventListener('visibilitychange', onVisibilityChange);
  }, []);
  useEffect(() => {
    if (!isVisible || newest === undefined) return;
    performAction('read', { as, channel: channel.id, ts: newest }).catch((error: unknown) => console.info(error));
  }, [as, channel.id, isVisible, newest]);
}

function AddAppButton({ as, channel, team }: { as: string; channel: ChannelEntry; team: Overview }) {
  const notices = useNotices();
  const app = team.people.find(({ id }) => id === team.bot.user);
  const inviteApp = () =>
    notices.reportErrors(() =>
      performAction('invite', { as, channel: channel.id, user: team.bot.user }).then(() => {}),
    );
  return (
    <button type="button" className="button quiet" onClick={() => void inviteApp()}>
      Add {app?.realName} here
    </button>
  );
}
