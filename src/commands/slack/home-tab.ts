import { setTimeout as sleep } from 'node:timers/promises';
import type { HomeView } from '@slack/types';
import type { ApprovalView, ClusterStatus, Desk } from '../../engine/service/cluster-service-types.ts';
import type { Clock } from '../../engine/workflow/step.ts';
import type { Person } from '../../store/events.ts';
import { StoreAway } from '../../store/store-errors.ts';
import type { Guard } from '../authorization/authorizer.ts';
import { openPresence } from '../authorization/channel-membership.ts';
import type { Policy } from '../authorization/policy.ts';
import { approvals } from '../interactions/approval-buttons.ts';
import { storeAway, wentWrong } from '../messages/command-replies.ts';
import { home, homeElsewhere, homeSaying } from '../messages/home-tab.ts';
import type { Message } from '../routing/command.ts';
import { type Chat, ChatError } from './chat.ts';

export interface HomeOptions {
  readonly desk: Pick<Desk, 'list' | 'approval' | 'runView'>;
  readonly chat: Pick<Chat, 'publishHome' | 'peopleIn'>;
  readonly policy: Policy;
  readonly guard: Guard;
  /** @default the system's */
  readonly clock?: Clock;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

export interface Home {
  /** Somebody opened their Home tab. */
  opened(by: Person): Promise<void>;
  /** What came of a press in it, on top of what it shows. */
  answer(by: Person, notice: Message): Promise<void>;
  /** Who may do what from there: those who are in a channel where kthw listens. Without a channel: the run's own. */
  readonly guard: Guard;
  /** Runs have news: shown soon to those who looked lately. Returns at once; may be called as often as one likes. */
  news(): void;
  close(): Promise<void>;
}

/** Slack tells when a Home tab is opened and never when it is left. */
const watchedMs = 15 * 60_000;
const mostWatchers = 50;
/** `views.publish` takes about a hundred calls a minute: news comes at most so often to one, and to all together. */
const gaps = { oneMs: 3_000, allMs: 800 } as const;
const noticedMs = 20_000;
const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => await sleep(ms, undefined, { signal }),
};

interface Watcher {
  readonly by: Person;
  seenAt: number;
  hash?: string;
  shown?: string;
  notice?: { readonly said: Message; readonly until: number };
  /** One after the other, so that the newest is shown last. */
  turn: Promise<void>;
}

interface Known {
  readonly clusters: readonly ClusterStatus[];
  readonly asked: readonly ApprovalView[];
}

/** Keeps the Home tabs of those who look at them. */
export function openHome(options: HomeOptions): Home {
  const { desk, chat, policy, guard, clock = systemClock, log } = options;
  const presence = openPresence({ policy, chat, now: clock.now, log });
  const watchers = new Map<string, Watcher>();
  const stop = new AbortController();
  let isStale = false;
  let telling: Promise<void> | undefined;

  function watcherOf(by: Person): Watcher {
    const key = `${by.team} ${by.user}`;
    const watcher = watchers.get(key) ?? { by, seenAt: 0, turn: Promise.resolve() };
    // Whoever looked longest ago is the first in the map.
    watchers.delete(key);
    watchers.set(key, watcher);
    watcher.seenAt = +clock.now();
    const [oldest] = watchers.keys();
    if (watchers.size > mostWatchers && oldest !== undefined) watchers.delete(oldest);
    return watcher;
  }

  async function look(): Promise<Known> {
    const clusters = await desk.list();
    const open = clusters.flatMap(({ latest }) => (latest && !latest.over ? latest.run : []));
    return { clusters, asked: (await Promise.all(open.map((run) => desk.approval(run)))).flatMap((one) => one ?? []) };
  }

  async function viewFor({ by, notice }: Watcher, { clusters, asked }: Known): Promise<HomeView> {
    const { channels } = policy;
    const here = await presence.of(by);
    if (here !== 'here' && channels !== 'all') return homeElsewhere(channels, here === 'unreadable');
    const channelOf = (run: string) => clusters.find(({ latest }) => latest?.run === run)?.latest?.channel ?? '';
    const may = await Promise.all(
      asked.map(async (one) => !(await guard(by, channelOf(one.run), { run: one.run, yes: true }))),
    );
    const somewhere = channels === 'all' ? '' : (channels[0] ?? '');
    return home(
      {
        ...{ clusters, asked, policy, now: clock.now() },
        asksYou: asked.filter((_, i) => may[i]),
        mayCreate: !(await guard(by, somewhere, 'create')),
        notice: notice && notice.until > +clock.now() ? notice.said : undefined,
      },
      { yes: approvals.yes.id, no: approvals.no.id },
    );
  }

  /** @param known looked up already, and shown where it changes something; absent: looked up, and shown anyway */
  function publish(watcher: Watcher, known?: Known): Promise<void> {
    watcher.turn = watcher.turn
      .then(() => publishNow(watcher, known))
      .catch((error: unknown) => notShown(watcher, error, known === undefined));
    return watcher.turn;
  }

  async function publishNow(watcher: Watcher, known?: Known): Promise<void> {
    const view = await viewFor(watcher, known ?? (await look()));
    if (known && JSON.stringify(view) === watcher.shown) return;
    try {
      await put(watcher, view, watcher.hash);
    } catch (error) {
      if (!(error instanceof ChatError) || error.reason !== 'hash_conflict') throw error;
      // Another process published meanwhile: what is so now is newer than both.
      await put(watcher, await viewFor(watcher, await look()));
    }
  }

  async function put(watcher: Watcher, view: HomeView, hash?: string): Promise<void> {
    watcher.hash = (await chat.publishHome(watcher.by.user, view, hash)).hash;
    watcher.shown = JSON.stringify(view);
  }

  async function notShown({ by }: Watcher, error: unknown, isWaitedFor: boolean): Promise<void> {
    log({ error }, 'showing a Home tab');
    if (error instanceof ChatError) {
      if (error.trouble !== 'limited') return;
      await clock.sleep(error.retryAfterMs ?? gaps.oneMs, stop.signal).catch(() => undefined);
      news();
    } else if (isWaitedFor) {
      const said = homeSaying(error instanceof StoreAway ? storeAway() : wentWrong('Looking that up'));
      await chat.publishHome(by.user, said).catch((error: unknown) => log({ error }, 'saying so on a Home tab'));
    }
  }

  async function tell(): Promise<void> {
    while (isStale) {
      await clock.sleep(gaps.oneMs, stop.signal);
      isStale = false;
      const known = await look();
      for (const [key, watcher] of [...watchers]) {
        if (+clock.now() - watcher.seenAt > watchedMs) watchers.delete(key);
        else {
          await publish(watcher, known);
          await clock.sleep(gaps.allMs, stop.signal);
        }
      }
    }
  }

  function news(): void {
    if (stop.signal.aborted || watchers.size === 0) return;
    isStale = true;
    telling ??= tell()
      .catch((error: unknown) => void (stop.signal.aborted || log({ error }, 'keeping Home tabs fresh')))
      .finally(() => {
        telling = undefined;
      });
  }

  return {
    opened(by) {
      const watcher = watcherOf(by);
      delete watcher.notice;
      return publish(watcher);
    },
    answer(by, said) {
      const watcher = watcherOf(by);
      watcher.notice = { said, until: +clock.now() + noticedMs };
      return publish(watcher);
    },
    async guard(by, channel, need) {
      const { channels } = policy;
      if ((await presence.of(by)) !== 'here' && channels !== 'all') return { why: 'channel', listens: channels };
      const run =
        channel === '' && typeof need === 'object' && 'run' in need ? await desk.runView(need.run) : undefined;
      return await guard(by, run?.channel ?? channel, need);
    },
    news,
    async close() {
      stop.abort();
      await telling;
      await Promise.all([...watchers.values()].map(({ turn }) => turn));
    },
  };
}
