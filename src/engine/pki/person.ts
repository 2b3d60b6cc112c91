import { issue, type KeyedCertificate } from './authority.ts';

/** Who gets a certificate: somebody in Slack. */
export interface Holder {
  readonly team: string;
  readonly user: string;
}

const hourMs = 3_600_000;
const defaultLifetimeMs = 24 * hourMs;
const longestLifetimeMs = 30 * 24 * hourMs;

/**
 * A certificate with which a person talks to the API server, and nothing else. Its group is one of ours, so that access can
 * be taken away by a binding; `system:masters` could not be.
 * @param options.lifetimeMs @default 24 h
 * @throws RangeError for no lifetime at all and for more than 30 days
 */
export async function personCertificate(
  authority: KeyedCertificate,
  holder: Holder,
  options: { readonly now: Date; readonly lifetimeMs?: number },
): Promise<KeyedCertificate & { readonly commonName: string; readonly endsAt: Date }> {
  const lifetimeMs = options.lifetimeMs ?? defaultLifetimeMs;
  if (!(lifetimeMs > 0 && lifetimeMs <= longestLifetimeMs)) {
    throw new RangeError(
      `a personal certificate can't last ${lifetimeMs / hourMs} h: ask for 30 days (720 h) or less, and for a new one when it has ended`,
    );
  }
  const commonName = `slack:${holder.team}:${holder.user}`;
  const wanted = { name: commonName, commonName, organization: personGroup, hosts: [], uses: ['client'] } as const;
  const issued = await issue(authority, wanted, { now: options.now, lifetimeMs });
  return { ...issued, commonName, endsAt: new Date(options.now.getTime() + lifetimeMs) };
}

/** The group that people are in; a cluster role binding of ours says what it may do. */
export const personGroup = 'kthw:admins';
