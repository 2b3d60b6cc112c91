import { useEffect, useMemo, useState } from 'react';
import type { View } from '../../model/view.ts';
import type { InputValues } from '../block-kit/block-kit-types.ts';
import { ChannelPane } from '../components/channel-pane.tsx';
import { Modal } from '../components/modal.tsx';
import { useNotices } from '../components/notices.tsx';
import { Sidebar } from '../components/sidebar.tsx';
import { ThreadPane } from '../components/thread-pane.tsx';
import type { Overview } from './api-types.ts';
import { DirectoryProvider } from './directory.ts';
import { findChannel, formatChannelTitle } from './find-channel.ts';
import { performAction } from './local-api-client.ts';
import { navigate, type Route } from './route.ts';
import { useChangeStream } from './use-change-stream.ts';
import { useQuery } from './use-query.ts';
import { useTheme } from './use-theme.ts';

/** The workspace as one user sees it. */
export function WorkspacePage({ route }: { route: Route }) {
  const { as, thread, home } = route;
  const stream = useChangeStream(as);
  const notices = useNotices();
  const [theme, setTheme] = useTheme();
  const [draftsByView] = useState(() => new Map<string, InputValues>());
  const [isDrawerOpen, setIsDrawerOpen] = useState(false);
  const team = useQuery<Overview>('team', { as }, stream, ({ kind }) => ['message', 'channel', 'read'].includes(kind));
  const views = useQuery<{ views: View[] }>('views', { as }, stream, ({ kind }) => kind === 'view');
  const directory = useMemo(() => ({ me: team?.me.id ?? '', people: [], channels: [], groups: [], ...team }), [team]);
  const channel = team && findChannel(team, route);
  const dmHandle = route.channel.startsWith('@') ? route.channel.slice(1) : undefined;
  // The emulator creates a direct message conversation when it is first opened.
  useEffect(() => {
    if (team && dmHandle && !channel)
      void notices.reportErrors(() => performAction('dm', { as, with: dmHandle }).then(() => {}));
  }, [team, channel, dmHandle, as, notices]);
  const unread = team?.channels.reduce((sum, one) => sum + one.mentions, 0) ?? 0;
  const title = team && channel ? `${formatChannelTitle(team, channel)} – ${team.team.name}` : 'Workspace';
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
  }, [unread, title]);
  // On small screens, every navigation closes the sidebar.
  useEffect(() => setIsDrawerOpen(false), [route.channel, route.home, as, thread]);
  if (!team) return <div className="loading" />;
  const send = (text: string, threadTs?: string) =>
    notices.reportErrors(() => performAction('say', { as, channel: channel?.id, text, threadTs }).then(() => {}));
  const close = () => navigate({ ...route, thread: undefined });
  const view = views?.views.at(-1);
  return (
    <DirectoryProvider value={{ ...directory, me: team.me.id }}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Esc closes what is open, wherever the keyboard is */}
      <div
        className={['app', thread && 'with-thread', isDrawerOpen && 'with-drawer', stream.isOnline || 'offline']
          .filter((one) => typeof one === 'string')
          .join(' ')}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented || view) return;
          if (isDrawerOpen) setIsDrawerOpen(false);
          else if (thread) close();
        }}
      >
        <Sidebar team={team} route={route} channel={channel} theme={theme} setTheme={setTheme} />
        <button type="button" className="curtain" aria-label="Close sidebar" onClick={() => setIsDrawerOpen(false)} />
        {channel && (
          <ChannelPane
            team={team}
            route={route}
            channel={channel}
            stream={stream}
            openDrawer={() => setIsDrawerOpen(true)}
            send={send}
            openThread={(ts) => navigate({ ...route, channel: route.channel || channel.name, thread: ts })}
            key={`${as} ${channel.id} ${home}`}
          />
        )}
        {channel && thread && !home && (
          <ThreadPane {...{ as, channel, stream, close }} ts={thread} send={(text) => send(text, thread)} />
        )}
      </div>
      {view && (
        <Modal
          as={as}
          view={view}
          initialValues={draftsByView.get(view.id) ?? {}}
          saveValues={(inputValues) => void draftsByView.set(view.id, inputValues)}
          key={view.id}
        />
      )}
    </DirectoryProvider>
  );
}
