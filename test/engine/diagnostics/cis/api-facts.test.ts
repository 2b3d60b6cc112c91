import { describe, expect, test } from 'vitest';
import { collectApiFacts } from '../../../../src/engine/diagnostics/cis/api-facts.ts';
import { Secret } from '../../../../src/store/vault/secret.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { FakeCompute } from '../../../fakes/compute.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { FakeSsh } from '../../../fakes/ssh-client.ts';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const { signal } = new AbortController();

/** An API server with these lists. */
function createApi(lists: Readonly<Record<string, readonly object[]>>) {
  const clock = new FakeClock();
  const compute = new FakeCompute(clock);
  const kube = new FakeKube(clock, compute, new FakeSsh(compute));
  for (const path of paths) {
    const items = lists[path];
    kube.responses.set(path, items ? { status: 200, body: { items } } : { status: 404, body: {} });
  }
  const api = kube.connect({ address: '203.0.113.7', caCertificate: '', certificate: '', key: new Secret('') });
  return { api, kube };
}

const account = { kind: 'ServiceAccount', name: 'default', namespace: 'ns' };
const lists = {
  [`${rbac}/clusterrolebindings`]: [
    {
      metadata: { name: 'a' },
      roleRef: { name: 'r' },
      subjects: [{ kind: 'User', name: 'ada', apiGroup: 'x' }, account],
    },
    { metadata: { name: 'nobody' }, roleRef: { name: 'r' }, subjects: null },
  ],
  [`${rbac}/rolebindings`]: [{ metadata: { name: 'b', namespace: 'ns' }, roleRef: { name: 's' } }],
  [`${rbac}/clusterroles`]: [
    { metadata: { name: 'kubelets' }, rules: [{ verbs: ['*'], resources: ['nodes/proxy', 'nodes/log'] }] },
    { metadata: { name: 'parts' }, rules: [{ verbs: ['get'], resources: ['nodes/*'] }] },
    { metadata: { name: 'nodes' }, rules: [{ verbs: ['get'], resources: ['nodes'] }, { nonResourceURLs: ['/x'] }] },
    { metadata: { name: 'aggregated' }, rules: null },
    {
      metadata: { name: 'built-in', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
      rules: [{ nonResourceURLs: ['*'], verbs: ['get'] }],
    },
  ],
  [`${rbac}/roles`]: [
    {
      metadata: { name: 'local', namespace: 'ns' },
      rules: [{ apiGroups: ['*'], resources: ['pods'], verbs: ['get'] }],
    },
    {
      metadata: { name: 'two', namespace: 'ns' },
      rules: [{ apiGroups: ['*', ''], resources: ['pods'], verbs: ['get'] }],
    },
  ],
  '/api/v1/serviceaccounts?fieldSelector=metadata.name%3Ddefault': [
    { metadata: { name: 'default', namespace: 'default' } },
    { metadata: { name: 'default', namespace: 'ns' }, automountServiceAccountToken: false },
  ],
  '/api/v1/namespaces': [{ metadata: { name: 'default' } }, { metadata: { name: 'ns', labels: { l: 'v' } } }],
  '/apis/networking.k8s.io/v1/networkpolicies': [{ metadata: { name: 'deny', namespace: 'ns' } }],
};

const paths = Object.keys(lists);

describe('facts from the Kubernetes API', () => {
  test('are collected by reading only', async () => {
    const { api, kube } = createApi(lists);
    expect(await collectApiFacts(api, signal)).toEqual({
      bindings: [
        { name: 'a', namespace: '', role: 'r', subjects: [{ kind: 'User', name: 'ada' }, account] },
        { name: 'nobody', namespace: '', role: 'r', subjects: [] },
        { name: 'b', namespace: 'ns', role: 's', subjects: [] },
      ],
      wildcardRoles: [
        { name: 'kubelets', isBuiltIn: false },
        { name: 'built-in', isBuiltIn: true },
        { name: 'local', isBuiltIn: false },
      ],
      defaultAccounts: [
        { namespace: 'default', mountsToken: true },
        { namespace: 'ns', mountsToken: false },
      ],
      nodeProxyRoles: ['kubelets', 'parts'],
      namespaces: [
        { name: 'default', labels: {} },
        { name: 'ns', labels: { l: 'v' } },
      ],
      networkPolicies: [{ name: 'deny', namespace: 'ns' }],
    });
    expect(kube.faults.countCalls(/^(POST|DELETE|APPLY) /)).toBe(0);
  });

  test.each(paths)('are an error without %s', async (path) => {
    const { [path]: _, ...others } = lists as Record<string, object[]>;
    await expect(collectApiFacts(createApi(others).api, signal)).rejects.toMatchObject({ code: 'api-refused' });
  });
});
