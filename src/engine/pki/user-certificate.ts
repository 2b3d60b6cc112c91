import { type CertificateKeyPair, issueCertificate } from './certificate-authority.ts';

/** Who gets a certificate: somebody in Slack. */
export interface SlackUser {
  readonly team: string;
  readonly user: string;
}

const hourMs = 3_600_000;
const defaultLifetimeMs = 24 * hourMs;
const maxLifetimeMs = 30 * 24 * hourMs;

/**
 * A certificate with which a person talks to the API server, and nothing else. By itself it may do nothing: what it may
 * hangs on a binding of the group of its own grant, which can be removed; `system:masters` could not be.
 * @param options.grant id of the grant, which no other certificate has
 * @param options.lifetimeMs @default 24 h
 * @throws RangeError for no lifetime at all and for more than 30 days
 */
export async function issueUserCertificate(
  ca: CertificateKeyPair,
  user: SlackUser,
  options: { readonly now: Date; readonly grantId: string; readonly lifetimeMs?: number },
): Promise<CertificateKeyPair & { readonly commonName: string; readonly endsAt: Date }> {
  const lifetimeMs = options.lifetimeMs ?? defaultLifetimeMs;
  if (!(lifetimeMs > 0 && lifetimeMs <= maxLifetimeMs)) {
    throw new RangeError(
      `a personal certificate can't last ${lifetimeMs / hourMs} h: ask for 30 days (720 h) or less, and for a new one when it has ended`,
    );
  }
  const commonName = `slack:${user.team}:${user.user}`;
  const organization = [userGroup, getGrantGroup(options.grantId)];
  const spec = { name: commonName, commonName, organization, hosts: [], usages: ['client'] } as const;
  const keyPair = await issueCertificate(ca, spec, { now: options.now, lifetimeMs });
  return { ...keyPair, commonName, endsAt: new Date(options.now.getTime() + lifetimeMs) };
}

/** The group that people are in, by which logs tell them from components. Nothing is bound to it. */
const userGroup = 'kthw:admins';

/** The group of one certificate alone. A cluster role binding of the same name lets it administer the cluster. */
export function getGrantGroup(grantId: string): string {
  return `kthw:grant:${grantId}`;
}
