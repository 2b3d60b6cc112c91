import { useEffect, useMemo, useState } from 'react';
import type { View } from '../../model/view.ts';
import type { Entered } from '../block-kit/block-kit-types.ts';
import { ChannelPane } from '../components/channel-pane.tsx';
import { Modal } from '../components/modal.tsx';
import { useNotice } from '../components/notices.tsx';
import { Sidebar } from '../components/sidebar.tsx';
import { ThreadPane } from '../components/thread-pane.tsx';
import type { Overview } from './api-types.ts';
import { NamesProvider } from './directory.ts';
import { channelOf, channelTitle } from './find-channel.ts';
import { act } from './local-api-client.ts';
import { go, type Place } from './route.ts';
import { useLive } from './use-change-stream.ts';
import { useLook } from './use-query.ts';
import { useTheme } from './use-theme.ts';

/** The workspace as one person has it. */
export function WorkspacePage({ place }: { place: Place }) {
  const { as, thread, home } = place;
  const live = useLive(as);
  const notice = useNotice();
  const [theme, setTheme] = useTheme();
  const [begun] = useState(() => new Map<string, Entered>());
  const [drawer, setDrawer] = useState(false);
  const team = useLook<Overview>('team', { as }, live, ({ kind }) => ['message', 'channel', 'read'].includes(kind));
  const views = useLook<{ views: View[] }>('views', { as }, live, ({ kind }) => kind === 'view');
  const names = useMemo(() => ({ me: team?.me.id ?? '', people: [], channels: [], groups: [], ...team }), [team]);
  const channel = team && channelOf(team, place);
  const wanted = place.channel.startsWith('@') ? place.channel.slice(1) : undefined;
  // A direct conversation is made when it is first opened.
  useEffect(() => {
    if (team && wanted && !channel) void notice.of(() => act('dm', { as, with: wanted }).then(() => {}));
  }, [team, channel, wanted, as, notice]);
  const unread = team?.channels.reduce((sum, one) => sum + one.mentions, 0) ?? 0;
  const title = team && channel ? `${channelTitle(team, channel)} – ${team.team.name}` : 'Workspace';
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
  }, [unread, title]);
  // Wherever one goes, the drawer of a small screen is in the way.
  useEffect(() => setDrawer(false), [place.channel, place.home, as, thread]);
  if (!team) return <div className="loading" />;
  const send = (text: string, threadTs?: string) =>
    notice.of(() => act('say', { as, channel: channel?.id, text, threadTs }).then(() => {}));
  const close = () => go({ ...place, thread: undefined });
  const view = views?.views.at(-1);
  return (
    <NamesProvider value={{ ...names, me: team.me.id }}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Esc closes what is open, wherever the keyboard is */}
      <div
        className={['app', thread && 'with-thread', drawer && 'with-drawer', live.online || 'offline']
          .filter((one) => typeof one === 'string')
          .join(' ')}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented || view) return;
          if (drawer) setDrawer(false);
          else if (thread) close();
        }}
      >
        <Sidebar team={team} place={place} channel={channel} theme={theme} setTheme={setTheme} />
        <button type="button" className="curtain" aria-label="Close the list" onClick={() => setDrawer(false)} />
        {channel && (
          <ChannelPane
            {...{ team, place, channel, live }}
            openDrawer={() => setDrawer(true)}
            send={send}
            openThread={(ts) => go({ ...place, channel: place.channel || channel.name, thread: ts })}
            key={`${as} ${channel.id} ${home}`}
          />
        )}
        {channel && thread && !home && (
          <ThreadPane {...{ as, channel, live, close }} ts={thread} send={(text) => send(text, thread)} />
        )}
      </div>
      {view && (
        <Modal
          as={as}
          view={view}
          begun={begun.get(view.id) ?? {}}
          keep={(entered) => void begun.set(view.id, entered)}
          key={view.id}
        />
      )}
    </NamesProvider>
  );
}
