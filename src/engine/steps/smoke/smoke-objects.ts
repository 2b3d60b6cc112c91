/** Marks the namespaces of smoke tests, so that the next test deletes those that remained. */
export const smokeLabel = 'kthw-smoke-test';
const podLabels = { app: 'web' };

/** Objects of the smoke test. Pure. Tutorial, chapter 13. */
export function buildSmokeObjects(namespace: string, replicas: number) {
  return {
    namespace: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { [smokeLabel]: 'true' } },
    },
    secret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'smoke', namespace },
      stringData: { mykey: 'mydata' },
    },
    deployment: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: {
        replicas,
        selector: { matchLabels: podLabels },
        template: {
          metadata: { labels: podLabels },
          spec: {
            // One pod per worker proves that each worker runs pods.
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [
                  { labelSelector: { matchLabels: podLabels }, topologyKey: 'kubernetes.io/hostname' },
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
      metadata: { name: 'web', namespace },
      spec: { type: 'NodePort', selector: podLabels, ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }] },
    },
  } as const;
}
