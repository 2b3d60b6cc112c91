import type { ClusterService, RunView } from '../../engine/service/cluster-service.ts';
import { TtlCache } from '../../engine/service/ttl-cache.ts';
import type { Person } from '../../store/person.ts';
import type { Store } from '../../store/store.ts';
import type { Permission } from '../routing/command.ts';
import type { RequestSubject } from '../routing/resolve-channel.ts';
import type { Chat } from '../slack/chat.ts';
import { createAudienceReader } from './create-audience-reader.ts';
import { findAudienceDenial } from './find-audience-denial.ts';
import { type Action, type Denial, findDenial, listDecidingGroups } from './find-denial.ts';
import { findHomeChannel, isClusterVisible } from './find-home-channel.ts';
import type { GroupMembers } from './group-members.ts';
import type { Policy } from './policy.ts';

interface AuthorizerOptions {
  readonly policy: Policy;
  readonly store: Pick<Store, 'read'>;
  readonly clusterService: Pick<ClusterService, 'getRunView'>;
  readonly chat: Pick<Chat, 'listGroupMembers' | 'isGuest' | 'isSharedChannel'>;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** Returns why the requester lacks the permission, or undefined. @param subject the cluster or run that the request names */
export type Authorizer = (
  requester: Person,
  channel: string,
  permission: Permission,
  subject?: RequestSubject,
) => Promise<Denial | undefined>;

/** Limits how often the members of a user group are read from Slack. */
const cacheMs = 60_000;

/** Creates an authorizer that loads the data for a policy decision: the person, the channel, group members and the run. */
export function createAuthorizer({ policy, store, clusterService, chat, now, log }: AuthorizerOptions): Authorizer {
  const readAudience = createAudienceReader({ chat, now, log });
  const groupMembers = new TtlCache<readonly Person[]>(now, cacheMs);

  async function loadGroupMembers(group: string): Promise<readonly (readonly [string, readonly Person[]])[]> {
    try {
      return [[group, await groupMembers.getOrLoad(group, () => chat.listGroupMembers(group))]];
    } catch (error) {
      log({ group, error }, 'reading the members of a user group failed');
      return [];
    }
  }

  async function resolveAction(permission: Permission): Promise<Action> {
    if (typeof permission === 'string') return { kind: permission };
    if ('kubeconfigRole' in permission)
      return { kind: 'kubeconfig', role: permission.kubeconfigRole ?? policy.defaultKubeconfigRole };
    if ('kubeconfigOwner' in permission) return { kind: 'revoke', owner: permission.kubeconfigOwner };
    const view = await clusterService.getRunView(permission.run);
    return {
      kind: 'answer',
      isApproval: permission.isApproval,
      runRequesters: view?.requesters ?? [],
      deletionCount: view ? countDeletedInstances(view) : 0,
    };
  }

  async function findHomeChannelDenial(
    channel: string,
    permission: Permission,
    subject: RequestSubject,
  ): Promise<Denial | undefined> {
    if (policy.clusterChannels === 'all') return undefined;
    const named = typeof permission === 'object' && 'run' in permission ? { run: permission.run, ...subject } : subject;
    const homeChannel = await findHomeChannel(named, store, permission === 'create');
    if (homeChannel === undefined || isClusterVisible(policy, channel, homeChannel)) return undefined;
    return { reason: 'home-channel', homeChannel };
  }

  return async (requester, channel, permission, subject = {}) => {
    const [action, audience] = await Promise.all([resolveAction(permission), readAudience(requester, channel)]);
    const groups = listDecidingGroups(policy, action, audience.isGuest);
    const members: GroupMembers = new Map((await Promise.all(groups.map(loadGroupMembers))).flat());
    return (
      findAudienceDenial(policy, requester, channel, audience, members) ??
      (await findHomeChannelDenial(channel, permission, subject)) ??
      findDenial(policy, requester, channel, action, members)
    );
  };
}

/** Counts the instances that a run deletes and keeps the cluster. A delete has no limit, so that it stays possible. */
function countDeletedInstances({ steps }: RunView): number {
  return Object.values(steps).filter(({ phase }) => phase === 'remove:controllers' || phase === 'remove:workers')
    .length;
}
