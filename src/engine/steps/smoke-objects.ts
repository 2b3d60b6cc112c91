import type { Cluster } from '../cluster/cluster.ts';

export const smokeNamespace = 'kthw-smoke';
const labels = { app: 'web' };

/** Objects of the smoke test. Pure. Tutorial, chapter 13. */
export function buildSmokeObjects(cluster: Cluster) {
  return {
    namespace: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: smokeNamespace } },
    secret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'smoke', namespace: smokeNamespace },
      stringData: { mykey: 'mydata' },
    },
    deployment: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: smokeNamespace },
      spec: {
        replicas: cluster.workers,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            // One pod per worker proves that each worker runs pods.
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' },
                ],
              },
            },
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 0,
            containers: [
              { name: 'web', image: 'docker.io/library/nginx:latest', ports: [{ protocol: 'TCP', containerPort: 80 }] },
            ],
          },
        },
      },
    },
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: smokeNamespace },
      spec: { type: 'NodePort', selector: labels, ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }] },
    },
  } as const;
}
