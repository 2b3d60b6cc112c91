import { useEffect, useState } from 'react';
import type { View } from '../../model/view.ts';
import type { ChannelEntry, Overview, ShownMessage } from '../app/api-types.ts';
import { channelTitle } from '../app/find-channel.ts';
import { act } from '../app/local-api-client.ts';
import { type Place, placeHash } from '../app/route.ts';
import type { Live } from '../app/use-change-stream.ts';
import { useLook } from '../app/use-query.ts';
import { MessageList } from '../message/message-list.tsx';
import { Composer } from './composer.tsx';
import { Home } from './home-tab.tsx';
import { Icon } from './icon.tsx';
import { useNotice } from './notices.tsx';

interface ChannelPaneProps {
  readonly team: Overview;
  readonly place: Place;
  readonly channel: ChannelEntry;
  readonly live: Live;
  openDrawer(): void;
  openThread(ts: string): void;
  send(text: string): Promise<boolean>;
}

/** A channel or a direct conversation; the app's has a Home tab besides. */
export function ChannelPane({ team, place, channel, live, openDrawer, openThread, send }: ChannelPaneProps) {
  const { as, home } = place;
  const title = channelTitle(team, channel);
  const isApp = channel.with === team.bot.user;
  const app = team.people.find(({ id }) => id === team.bot.user);
  const loaded = useLook<{ messages: ShownMessage[] }>(
    'messages',
    home ? undefined : { as, channel: channel.id },
    live,
    (news) => news.kind === 'message' && news.channel === channel.id,
  );
  const homeTab = useLook<{ view: View | null }>(
    'home',
    home ? { as } : undefined,
    live,
    ({ kind }) => kind === 'home',
  );
  const messages = loaded?.messages;
  useRead(as, channel, home ? undefined : messages?.at(-1)?.ts);
  const tab = (name: string, where: Partial<Place>, isCurrent: boolean) => (
    <a
      className="tab"
      href={placeHash({ as, channel: '', home: false, ...where })}
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
            {tab('Home', { home: true }, home)}
            {tab('Messages', { channel: `@${app?.name}` }, !home)}
          </span>
        ) : (
          <span className="topic muted">{channel.topic}</span>
        )}
        {channel.kind === 'channel' && !channel.hasBot && <AddApp as={as} channel={channel} team={team} />}
        {!live.online && <span className="away">reconnecting…</span>}
      </header>
      {home ? (
        <Home as={as} view={homeTab?.view} />
      ) : (
        <>
          <MessageList
            messages={messages ?? []}
            channel={channel.id}
            label={title}
            empty={messages ? 'Nothing here yet. Try /kthw help' : ''}
            openThread={openThread}
          />
          <Composer placeholder={`Message ${title}`} send={send} commands={team.commands} historyKey={`typed-${as}`} />
        </>
      )}
    </main>
  );
}

/** Marks a channel as read up to its newest message, while somebody looks at it. */
function useRead(as: string, channel: ChannelEntry, newest: string | undefined): void {
  const [isSeen, setSeen] = useState(!document.hidden);
  useEffect(() => {
    const changed = () => setSeen(!document.hidden);
    document.addEventListener('visibilitychange', changed);
    return () => document.removeEventListener('visibilitychange', changed);
  }, []);
  useEffect(() => {
    if (!isSeen || newest === undefined) return;
    act('read', { as, channel: channel.id, ts: newest }).catch((error: unknown) => console.info(error));
  }, [as, channel.id, isSeen, newest]);
}

function AddApp({ as, channel, team }: { as: string; channel: ChannelEntry; team: Overview }) {
  const notice = useNotice();
  const app = team.people.find(({ id }) => id === team.bot.user);
  const add = () => notice.of(() => act('invite', { as, channel: channel.id, user: team.bot.user }).then(() => {}));
  return (
    <button type="button" className="button quiet" onClick={() => void add()}>
      Add {app?.realName} here
    </button>
  );
}
