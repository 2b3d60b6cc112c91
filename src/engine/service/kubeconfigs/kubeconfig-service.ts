import type { KubeconfigRole } from '../../../store/kubeconfig-role.ts';
import type { Person } from '../../../store/person.ts';
import type { Secret } from '../../../store/vault/secret.ts';
import type { NotFound } from '../cluster-service.ts';

/** A kubeconfig for one person. It expires automatically. */
export interface Kubeconfig {
  /** Id of the grant. */
  readonly id: string;
  readonly file: Secret;
  readonly expiresAt: Date;
  readonly commonName: string;
  readonly role: KubeconfigRole;
}

export interface KubeconfigRequest {
  readonly requester: Person;
  /** Its cluster role is bound in all namespaces. */
  readonly role: KubeconfigRole;
  /** Validity, at most 720. @default 24 */
  readonly hours?: number | undefined;
}

/** An issued kubeconfig that is neither expired nor revoked. */
export interface Grant {
  readonly id: string;
  readonly grantee: Person;
  readonly commonName: string;
  readonly role: KubeconfigRole;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface RevokeRequest {
  readonly grantee: Person;
  readonly requester: Person;
  /** @default all grants of the grantee */
  readonly grantId?: string | undefined;
}

/** `isEnforced`: the cluster already rejects these kubeconfigs. Otherwise the next run enforces the revocation. */
export type RevokeResult = { readonly revoked: readonly Grant[]; readonly isEnforced: boolean } | NotFound;

export interface KubeconfigService {
  /** The caller authorizes the role. */
  issueKubeconfig(
    name: string,
    request: KubeconfigRequest,
  ): Promise<Kubeconfig | { readonly notReady: string } | undefined>;
  /**
   * Records a file in Slack before its content is shared, so that it can be deleted after a crash. False: the kubeconfig is
   * no longer valid, or was issued more than 8 minutes ago.
   */
  recordKubeconfigFile(name: string, grantId: string, file: { id: string; channel: string }): Promise<boolean>;
  /** Records the delivery. False: the kubeconfig is no longer valid. */
  confirmKubeconfig(name: string, grantId: string): Promise<boolean>;
  /** Revokes a kubeconfig that could not be delivered. False: the cluster's API is unreachable, so its binding may exist. */
  withdrawKubeconfig(name: string, grantId: string): Promise<boolean>;
  /** Active and delivered grants of a cluster, oldest first. */
  listGrants(name: string): Promise<readonly Grant[]>;
  revokeKubeconfigs(name: string, request: RevokeRequest): Promise<RevokeResult>;
}
