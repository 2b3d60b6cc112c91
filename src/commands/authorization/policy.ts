import type { KubeconfigRole } from '../../store/kubeconfig-role.ts';
import type { Person } from '../../store/person.ts';

/** A user, or all members of a user group. */
export type Principal = Person | { readonly group: string };

/** Who can request kubeconfigs, by role. A missing role is denied to everyone. */
export type KubeconfigRolePolicy = Readonly<
  Partial<Record<KubeconfigRole, 'everybody' | 'creators' | 'approvers' | readonly Principal[]>>
>;

export interface Policy {
  /** Ids of the channels in which kthw is enabled. */
  readonly channels: 'all' | readonly string[];
  /** Channels in which clusters of all channels can be seen and used. Elsewhere, only those of the channel itself. */
  readonly clusterChannels: 'all' | readonly string[];
  /** Ids of other organizations whose people may use kthw, in Slack Connect channels. @default none */
  readonly foreignTeams?: readonly string[];
  /** Guests of the workspace who may use kthw. @default none */
  readonly guests?: readonly Principal[];
  /** Ids of channels in which kthw is enabled although another workspace or organization shares them. @default none */
  readonly sharedChannels?: readonly string[];
  /** Who can create and change clusters. */
  readonly creators: 'everybody' | readonly Principal[];
  /** Who can approve destructive changes. */
  readonly approvers: 'creators' | readonly Principal[];
  readonly kubeconfigRoles: KubeconfigRolePolicy;
  /** Role of a kubeconfig whose request names none. */
  readonly defaultKubeconfigRole: KubeconfigRole;
  /** Maximum number of instances that one run can delete. @default 10 for a scaling, unlimited for an approved rebuild */
  readonly maxDeletions?: number | undefined;
}

/** Allows everyone everything in all channels. */
export const allowAllPolicy: Policy = {
  channels: 'all',
  clusterChannels: 'all',
  creators: 'everybody',
  approvers: 'creators',
  kubeconfigRoles: { view: 'creators', edit: 'creators', admin: 'creators', 'cluster-admin': 'creators' },
  defaultKubeconfigRole: 'cluster-admin',
};

/** Returns the configured approvers, or the creators. */
export function getApprovers({ approvers, creators }: Policy): 'everybody' | readonly Principal[] {
  return approvers === 'creators' ? creators : approvers;
}

/** Returns the first enabled channel, for a person who is in none now. Empty: all channels are enabled. */
export function getAnyChannel({ channels }: Policy): string {
  return channels === 'all' ? '' : (channels[0] ?? '');
}
