import { renderYamlDocuments } from './yaml-documents.ts';

/**
 * Who changed what, without what was in it. The tutorial names an audit log but no policy, and without one the API server
 * writes nothing.
 */
export function renderAuditPolicy(): string {
  return renderYamlDocuments({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [
      // Renewed every few seconds by every component: noise that would push out everything else.
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
