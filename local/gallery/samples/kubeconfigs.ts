import { KubeconfigRole } from '../../../src/store/kubeconfig-role.ts';
import { auditEntries, getSampleTime, grace, sampleGrant } from './fixtures.ts';
import type { SampleCatalogue } from './sample.ts';

/** Kubeconfigs, revocations and the audit log. */
export const kubeconfigSamples = {
  renderKubeconfigFileComment: {
    group: 'Kubeconfig',
    surface: 'message',
    states: {
      ...Object.fromEntries(
        KubeconfigRole.options.map((role) => [
          `file in a DM, ${role}`,
          ['demo', { role, expiresAt: getSampleTime(86_400), commonName: 'slack:T0000LOCAL:U0000ADA0' }],
        ]),
      ),
    },
  },
  renderKubeconfigEnd: {
    group: 'Kubeconfig',
    surface: 'message',
    states: {
      'file deleted after revocation': ['demo', 'revoked', { hasUndeletedFile: false }],
      'file deleted after expiry': ['demo', 'expired', { hasUndeletedFile: false }],
      'file deleted with the cluster': ['demo', 'cluster-deleted', { hasUndeletedFile: false }],
      'delivery not confirmed': ['demo', 'undelivered', { hasUndeletedFile: false }],
      'file not deletable': ['demo', 'revoked', { hasUndeletedFile: true }],
    },
  },
  renderKubeconfigSentReply: { group: 'Kubeconfig', surface: 'ephemeral', states: { sent: ['demo', 'view'] } },
  renderKubeconfigWithdrawnReply: { group: 'Kubeconfig', surface: 'ephemeral', states: { 'not delivered': ['demo'] } },
  renderKubeconfigUnavailableReply: {
    group: 'Kubeconfig',
    surface: 'ephemeral',
    states: { 'not available yet': ['demo', 'provisioning'] },
  },
  renderRevocation: {
    group: 'Kubeconfig',
    surface: 'ephemeral',
    states: {
      revoked: ['demo', grace, { revoked: [sampleGrant], isEnforced: true }],
      'two revoked': ['demo', grace, { revoked: [sampleGrant, sampleGrant], isEnforced: true }],
      'revocation queued': ['demo', grace, { revoked: [sampleGrant], isEnforced: false }],
      'nothing to revoke': ['demo', grace, { revoked: [], isEnforced: true }],
    },
  },
  renderAuditTrail: {
    group: 'Audit log',
    surface: 'ephemeral',
    states: {
      entries: ['demo', auditEntries],
      'with a valid kubeconfig': ['demo', auditEntries, [sampleGrant], 'revoke.confirm'],
      empty: ['demo', []],
    },
  },
  renderAuditFileSent: { group: 'Audit log', surface: 'ephemeral', states: { 'file sent': ['demo'] } },
  renderAuditFileComment: {
    group: 'Audit log',
    surface: 'message',
    states: { 'file in a DM': ['demo', auditEntries.length] },
  },
} satisfies Partial<SampleCatalogue>;
