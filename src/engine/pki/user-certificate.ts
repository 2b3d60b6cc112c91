import type { CertificateKeyPair } from './certificate-authority.ts';
import { issueCertificate } from './issue-certificate.ts';

interface SlackUser {
  readonly team: string;
  readonly user: string;
}

const hourMs = 3_600_000;
const defaultLifetimeMs = 24 * hourMs;
const maxLifetimeMs = 30 * 24 * hourMs;

/**
 * Issues a client certificate for a user. It has no permissions by itself: a binding of its grant's group provides them and
 * can be deleted, unlike membership in `system:masters`.
 * @param options.grantId unique to this certificate
 * @param options.lifetimeMs @default 24 h
 * @throws RangeError for a lifetime of 0 or more than 30 days
 */
export async function issueUserCertificate(
  ca: CertificateKeyPair,
  user: SlackUser,
  options: { readonly now: Date; readonly grantId: string; readonly lifetimeMs?: number },
): Promise<CertificateKeyPair & { readonly commonName: string; readonly endsAt: Date }> {
  const lifetimeMs = options.lifetimeMs ?? defaultLifetimeMs;
  if (!(lifetimeMs > 0 && lifetimeMs <= maxLifetimeMs)) {
    throw new RangeError(`unsupported certificate lifetime ${lifetimeMs / hourMs} h: the maximum is 720 h (30 days)`);
  }
  const commonName = `slack:${user.team}:${user.user}`;
  const organization = [userGroup, getGrantGroup(options.grantId)];
  const spec = { name: commonName, commonName, organization, hosts: [], usages: ['client'] } as const;
  const keyPair = await issueCertificate(ca, spec, { now: options.now, lifetimeMs });
  return { ...keyPair, commonName, endsAt: new Date(options.now.getTime() + lifetimeMs) };
}

/** Group of all users, to distinguish them from components in logs. It has no bindings. */
const userGroup = 'kthw:users';

/** Returns the group of one certificate. A cluster role binding of the same name gives it the role of the grant. */
export function getGrantGroup(grantId: string): string {
  return `kthw:grant:${grantId}`;
}
