import { describe, expect, test } from 'vitest';
import { collectApiFacts } from '../../../../src/engine/diagnostics/cis/api-facts.ts';
import type { KubeApi } from '../../../../src/engine/kubernetes/kube-client.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const { signal } = new AbortController();

/** An API with these lists; it may be read only. */
function anApi(lists: Readonly<Record<string, readonly object[]>>): KubeApi {
  return {
    request: async (method, path) => {
      if (method !== 'GET') throw new Error(`${method} ${path}`);
      const items = lists[path];
      return items ? { status: 200, body: { items } } : { status: 404, body: {} };
    },
    apply: async (path) => {
      throw new Error(`APPLY ${path}`);
    },
  };
}

const lists = {
  [`${rbac}/clusterrolebindings`]: [
    { metadata: { name: 'a' }, roleRef: { name: 'r' }, subjects: [{ kind: 'User', name: 'ada', apiGroup: 'x' }] },
    { metadata: { name: 'nobody' }, roleRef: { name: 'r' }, subjects: null },
  ],
  [`${rbac}/rolebindings`]: [{ metadata: { name: 'b', namespace: 'ns' }, roleRef: { name: 's' } }],
  [`${rbac}/clusterroles`]: [
    { metadata: { name: 'kubelets' }, rules: [{ verbs: ['*'], resources: ['nodes/proxy', 'nodes/log'] }] },
    { metadata: { name: 'parts' }, rules: [{ verbs: ['get'], resources: ['nodes/*'] }] },
    { metadata: { name: 'nodes' }, rules: [{ verbs: ['get'], resources: ['nodes'] }, { nonResourceURLs: ['/x'] }] },
    { metadata: { name: 'aggregated' }, rules: null },
  ],
  '/api/v1/namespaces': [{ metadata: { name: 'default' } }, { metadata: { name: 'ns', labels: { l: 'v' } } }],
  '/apis/networking.k8s.io/v1/networkpolicies': [{ metadata: { name: 'deny', namespace: 'ns' } }],
};

describe('what the Kubernetes API says', () => {
  test('is read, and nothing is changed', async () => {
    expect(await collectApiFacts(anApi(lists), signal)).toEqual({
      bindings: [
        { name: 'a', role: 'r', subjects: [{ kind: 'User', name: 'ada' }] },
        { name: 'nobody', role: 'r', subjects: [] },
        { name: 'b', role: 's', subjects: [] },
      ],
      nodeProxyRoles: ['kubelets', 'parts'],
      namespaces: [
        { name: 'default', labels: {} },
        { name: 'ns', labels: { l: 'v' } },
      ],
      networkPolicies: [{ name: 'deny', namespace: 'ns' }],
    });
  });

  test.each(Object.keys(lists))('without %s is not known', async (path) => {
    const { [path]: _, ...others } = lists as Record<string, object[]>;
    await expect(collectApiFacts(anApi(others), signal)).rejects.toMatchObject({ code: 'api-refused' });
  });
});
