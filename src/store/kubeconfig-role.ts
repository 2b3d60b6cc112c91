import { z } from 'zod';

/**
 * Kubernetes' own user-facing cluster roles, from the least to the most rights.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles (2026-12-01)
 */
export const KubeconfigRole = z.enum(['view', 'edit', 'admin', 'cluster-admin'], {
  error: 'must be view, edit, admin or cluster-admin',
});
export type KubeconfigRole = z.infer<typeof KubeconfigRole>;
