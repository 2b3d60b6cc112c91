import type { HomeView } from '@slack/types';
import type { Budgets } from '../../engine/service/budgets/budgets.ts';
import type { ApprovalView, ClusterService, ClusterStatus } from '../../engine/service/cluster-service.ts';
import type { Clock } from '../../engine/workflow/step.ts';
import { systemClock } from '../../engine/workflow/system-clock.ts';
import type { Person } from '../../store/person.ts';
import { StoreUnavailable } from '../../store/store.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { createChannelMembership } from '../authorization/channel-membership.ts';
import { getAnyChannel, type Policy } from '../authorization/policy.ts';
import { approvalButtonIds } from '../interactions/approval-buttons.ts';
import { listPendingApprovals } from '../interactions/list-pending-approvals.ts';
import type { Message } from '../messages/blocks.ts';
import {
  renderDenial,
  renderHomeMessage,
  renderHomeMessageForNonMember,
  renderHomeTab,
  renderStoreUnavailable,
  renderUnexpectedError,
} from '../messages/index.ts';
import { type Chat, ChatError } from './chat.ts';

interface HomeTabOptions {
  readonly clusterService: Pick<ClusterService, 'listClusters' | 'getPendingApproval'>;
  readonly chat: Pick<Chat, 'publishHome' | 'listChannelMembers'>;
  readonly policy: Policy;
  readonly budgets?: Budgets | undefined;
  readonly authorize: Authorizer;
  /** @default the system clock */
  readonly clock?: Clock;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

interface HomeTab {
  handleOpen(person: Person): Promise<void>;
  /** Shows the result of a click at the top of the tab. */
  showNotice(person: Person, notice: Message): Promise<void>;
  /** Also requires membership of an enabled channel. */
  readonly authorizeMember: Authorizer;
  /** Refreshes recently opened tabs soon. Returns immediately and can be called at any rate. */
  scheduleRefresh(): void;
  close(): Promise<void>;
}

/** Slack reports when a Home tab is opened, but not when it is closed. */
const watchWindowMs = 15 * 60_000;
const maxViewers = 50;
/** `views.publish` allows about 100 calls per minute. */
const publishIntervals = { perUserMs: 3_000, overallMs: 800 } as const;
const noticeDurationMs = 20_000;

interface HomeTabViewer {
  readonly person: Person;
  lastSeenAt: number;
  hash?: string;
  lastView?: string;
  notice?: { readonly message: Message; readonly until: number };
  /** Publishing is sequential, so that the newest view wins. */
  pendingPublish: Promise<void>;
}

interface HomeTabData {
  readonly clusters: readonly ClusterStatus[];
  readonly pendingApprovals: readonly ApprovalView[];
}

/** Publishes Home tabs and refreshes recently opened ones. */
export function createHomeTab(options: HomeTabOptions): HomeTab {
  const { clusterService, chat, policy, budgets, authorize, clock = systemClock, log } = options;
  const getMembership = createChannelMembership({ policy, chat, now: clock.now, log });
  const viewers = new Map<string, HomeTabViewer>();
  const stop = new AbortController();
  let isStale = false;
  let refreshing: Promise<void> | undefined;

  function touchViewer(person: Person): HomeTabViewer {
    const key = `${person.team} ${person.user}`;
    const viewer = viewers.get(key) ?? { person, lastSeenAt: 0, pendingPublish: Promise.resolve() };
    // The map is ordered by last visit, oldest first.
    viewers.delete(key);
    viewers.set(key, viewer);
    viewer.lastSeenAt = +clock.now();
    const [oldest] = viewers.keys();
    if (viewers.size > maxViewers && oldest !== undefined) viewers.delete(oldest);
    return viewer;
  }

  async function loadData(): Promise<HomeTabData> {
    const clusters = await clusterService.listClusters();
    return { clusters, pendingApprovals: await listPendingApprovals(clusters, clusterService) };
  }

  /** Checks whether a person is in the home channel of a cluster, or in another one in which it can be used. */
  async function isMemberFor(person: Person, homeChannel: string): Promise<boolean> {
    const { clusterChannels } = policy;
    const among = clusterChannels === 'all' ? 'all' : [homeChannel, ...clusterChannels];
    return (await getMembership(person, among)) === 'member';
  }

  async function buildView({ person, notice }: HomeTabViewer, data: HomeTabData): Promise<HomeView> {
    const { channels } = policy;
    const membership = await getMembership(person);
    if (membership !== 'member' && channels !== 'all')
      return renderHomeMessageForNonMember(channels, membership === 'unreadable');
    const anyChannel = getAnyChannel(policy);
    const denial = await authorize(person, anyChannel, 'look');
    if (denial) return renderHomeMessage(renderDenial(denial));
    const visibility = await Promise.all(data.clusters.map(({ record }) => isMemberFor(person, record.channel)));
    const clusters = data.clusters.filter((_, i) => visibility[i]);
    const pendingApprovals = data.pendingApprovals.filter((one) => clusters.some(({ name }) => name === one.cluster));
    const findChannel = (run: string) =>
      clusters.flatMap(({ latestRun, queuedRun }) => [latestRun, queuedRun]).find((view) => view?.run === run)
        ?.channel ?? '';
    const canApprove = await Promise.all(
      pendingApprovals.map(
        async (one) => !(await authorize(person, findChannel(one.run), { run: one.run, isApproval: true })),
      ),
    );
    return renderHomeTab(
      {
        clusters,
        pendingApprovals,
        policy,
        budgets,
        now: clock.now(),
        approvalsForUser: pendingApprovals.filter((_, i) => canApprove[i]),
        canCreate: !(await authorize(person, anyChannel, 'create')),
        notice: notice && notice.until > +clock.now() ? notice.message : undefined,
      },
      approvalButtonIds,
    );
  }

  /** @param data already loaded, published only if the view changed; absent: load and publish in any case */
  function publish(viewer: HomeTabViewer, data?: HomeTabData): Promise<void> {
    viewer.pendingPublish = viewer.pendingPublish
      .then(() => publishIfChanged(viewer, data))
      .catch((error: unknown) => handlePublishError(viewer, error, data === undefined));
    return viewer.pendingPublish;
  }

  async function publishIfChanged(viewer: HomeTabViewer, data?: HomeTabData): Promise<void> {
    const view = await buildView(viewer, data ?? (await loadData()));
    if (data && JSON.stringify(view) === viewer.lastView) return;
    try {
      await publishView(viewer, view, viewer.hash);
    } catch (error) {
      if (!(error instanceof ChatError) || error.reason !== 'hash_conflict') throw error;
      // Another process published in between. Fresh data is newer than both views.
      await publishView(viewer, await buildView(viewer, await loadData()));
    }
  }

  async function publishView(viewer: HomeTabViewer, view: HomeView, hash?: string): Promise<void> {
    viewer.hash = (await chat.publishHome(viewer.person.user, view, hash)).hash;
    viewer.lastView = JSON.stringify(view);
  }

  async function handlePublishError({ person }: HomeTabViewer, error: unknown, isRequested: boolean): Promise<void> {
    log({ error }, 'publishing a Home tab failed');
    if (error instanceof ChatError) {
      if (error.kind !== 'rate-limited') return;
      await clock.sleep(error.retryAfterMs ?? publishIntervals.perUserMs, stop.signal).catch(() => undefined);
      scheduleRefresh();
    } else if (isRequested) {
      const view = renderHomeMessage(
        error instanceof StoreUnavailable ? renderStoreUnavailable() : renderUnexpectedError('Loading the Home tab'),
      );
      await chat
        .publishHome(person.user, view)
        .catch((error: unknown) => log({ error }, 'publishing an error on a Home tab failed'));
    }
  }

  async function refreshViewers(): Promise<void> {
    while (isStale) {
      await clock.sleep(publishIntervals.perUserMs, stop.signal);
      isStale = false;
      const data = await loadData();
      for (const [key, viewer] of [...viewers]) {
        if (+clock.now() - viewer.lastSeenAt > watchWindowMs) viewers.delete(key);
        else {
          await publish(viewer, data);
          await clock.sleep(publishIntervals.overallMs, stop.signal);
        }
      }
    }
  }

  function scheduleRefresh(): void {
    if (stop.signal.aborted || viewers.size === 0) return;
    isStale = true;
    refreshing ??= refreshViewers()
      .catch((error: unknown) => void (stop.signal.aborted || log({ error }, 'refreshing Home tabs failed')))
      .finally(() => {
        refreshing = undefined;
      });
  }

  return {
    handleOpen(person) {
      const viewer = touchViewer(person);
      delete viewer.notice;
      return publish(viewer);
    },
    showNotice(person, message) {
      const viewer = touchViewer(person);
      viewer.notice = { message, until: +clock.now() + noticeDurationMs };
      return publish(viewer);
    },
    async authorizeMember(person, channel, permission, subject = {}) {
      const { channels } = policy;
      if ((await getMembership(person)) !== 'member' && channels !== 'all')
        return { reason: 'channel', allowedChannels: channels };
      const isAboutCluster = subject.cluster !== undefined || subject.run !== undefined;
      if (isAboutCluster && !(await isMemberFor(person, channel)))
        return { reason: 'home-channel', homeChannel: channel };
      return await authorize(person, channel, permission, subject);
    },
    scheduleRefresh,
    async close() {
      stop.abort();
      await refreshing;
      await Promise.all([...viewers.values()].map(({ pendingPublish }) => pendingPublish));
    },
  };
}
