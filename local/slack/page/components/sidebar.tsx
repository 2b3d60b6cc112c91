import type { KeyboardEvent } from 'react';
import type { Person } from '../../model/person.ts';
import type { ChannelEntry, Overview } from '../app/api-types.ts';
import { formatRoute, type Route } from '../app/route.ts';
import type { Theme } from '../app/use-theme.ts';
import { Avatar } from '../message/avatar.tsx';
import { Icon } from './icon.tsx';
import { ThemeButton } from './theme-button.tsx';

interface SidebarProps {
  readonly team: Overview;
  readonly route: Route;
  readonly channel: ChannelEntry | undefined;
  readonly theme: Theme;
  setTheme(theme: Theme): void;
}

/** Lists channels, the app, people and the user switcher. Every item is a link, so it can open in another window. */
export function Sidebar({ team, route, channel, theme, setTheme }: SidebarProps) {
  const { me, people, channels, bot } = team;
  const findDm = (id: string) => channels.find((one) => one.kind === 'im' && one.with === id);
  const app = people.find(({ id }) => id === bot.user);
  const others = people.filter(({ id, isBot }) => id !== me.id && !isBot);
  const buildHref = (target: Partial<Route>) => formatRoute({ as: me.name, channel: '', home: false, ...target });
  const current = route.home ? undefined : channel?.id;
  return (
    <nav className="sidebar" aria-label="Channels" onKeyDown={moveFocus}>
      <header className="team">
        <strong>
          {team.team.name} <span className="muted">Slack emulator</span>
        </strong>
        <ThemeButton theme={theme} setTheme={setTheme} />
      </header>
      <div className="places">
        <h2>Channels</h2>
        {channels
          .filter(({ kind }) => kind === 'channel')
          .map((one) => (
            <SidebarRow href={buildHref({ channel: one.name })} entry={one} current={current} key={one.id}>
              <Icon name={one.isPrivate ? 'lock' : 'hash'} />
              <span className="name">{one.name}</span>
            </SidebarRow>
          ))}
        {app && (
          <>
            <h2>Apps</h2>
            <a className="row" href={buildHref({ home: true })} aria-current={route.home ? 'page' : undefined}>
              <Icon name="home" />
              <span className="name">{app.realName} home</span>
            </a>
            <SidebarRow href={buildHref({ channel: `@${app.name}` })} entry={findDm(app.id)} current={current}>
              <Avatar person={app} small />
              <span className="name">{app.realName}</span>
            </SidebarRow>
          </>
        )}
        <h2>Direct messages</h2>
        {others.map((one) => (
          <SidebarRow
            href={buildHref({ channel: `@${one.name}` })}
            entry={findDm(one.id)}
            current={current}
            key={one.id}
          >
            <Avatar person={one} small />
            <span className="name">{one.realName}</span>
          </SidebarRow>
        ))}
      </div>
      <PersonSwitcher me={me} people={people} buildHref={buildHref} />
    </nav>
  );
}

interface SidebarRowProps {
  readonly href: string;
  readonly entry: ChannelEntry | undefined;
  readonly current: string | undefined;
  readonly children: React.ReactNode;
}

function SidebarRow({ href, entry, current, children }: SidebarRowProps) {
  const unread = entry?.unread ?? 0;
  const isCurrent = entry !== undefined && entry.id === current;
  return (
    <a className={unread > 0 ? 'row unread' : 'row'} href={href} aria-current={isCurrent ? 'page' : undefined}>
      {children}
      {entry && entry.mentions > 0 ? (
        <span className="count">
          {entry.mentions}
          <span className="spoken"> unread</span>
        </span>
      ) : (
        unread > 0 && (
          <span className="dot">
            <span className="spoken">unread</span>
          </span>
        )
      )}
    </a>
  );
}

interface PersonSwitcherProps {
  readonly me: Person;
  readonly people: readonly Person[];
  buildHref(target: Partial<Route>): string;
}

/** The user switcher: shows the current user, and switches in this window or opens another. */
function PersonSwitcher({ me, people, buildHref }: PersonSwitcherProps) {
  return (
    <details className="people">
      <summary>
        <Avatar person={me} small />
        <span className="name">
          <span className="muted">You are</span> {me.realName}
        </span>
      </summary>
      {people
        .filter(({ id, isBot }) => id !== me.id && !isBot)
        .map((one) => (
          <span className="person" key={one.id}>
            <a className="row" href={buildHref({ as: one.name })}>
              <Avatar person={one} small />
              <span className="name">Switch to {one.realName}</span>
            </a>
            <a
              className="icon-button"
              href={buildHref({ as: one.name })}
              target="_blank"
              rel="noreferrer"
              aria-label={`Open a window as ${one.realName}`}
              title="Open in a new window"
            >
              <Icon name="window" />
            </a>
          </span>
        ))}
    </details>
  );
}

/** Moves the focus between links with the arrow keys. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const direction = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.row')].filter((row) => row.checkVisibility());
  const from = rows.indexOf(event.target as HTMLElement);
  if (direction === undefined || from < 0) return;
  event.preventDefault();
  rows[(from + direction + rows.length) % rows.length]?.focus();
}
