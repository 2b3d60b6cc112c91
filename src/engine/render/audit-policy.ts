import { renderYamlDocuments } from './yaml-documents.ts';

/**
 * Renders an audit policy that logs metadata of changes without bodies. The tutorial sets an audit log but no policy, so its
 * API server logs nothing.
 */
export function renderAuditPolicy(): string {
  return renderYamlDocuments({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      // All components renew leases every few seconds, which would fill the log.
      { level: 'None', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
      { level: 'Metadata', verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] },
      {
        level: 'Metadata',
        resources: [
          {
            group: '',
            resources: ['secrets', 'pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy'],
          },
        ],
      },
      { level: 'None' },
    ],
  });
}
