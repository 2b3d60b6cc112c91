import { afterEach, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import { issueKubeconfig } from '../../../src/engine/service/kubeconfigs/issue-kubeconfig.ts';
import { KubeconfigRole } from '../../../src/store/kubeconfig-role.ts';
import type { ClusterRecord } from '../../../src/store/records.ts';
import { buildSpec, type Process, RunEnvironment } from '../../fakes/run-environment.ts';

const ada = { team: 'T1', user: 'U1' };
const grace = { team: 'T1', user: 'U2' };
const environments: RunEnvironment[] = [];
afterEach(async () => {
  for (const environment of environments.splice(0)) await environment.close();
});

interface Ready {
  readonly environment: RunEnvironment;
  readonly process: Process;
  /** Ids of the grants that are bound in the cluster. */
  bound(): Promise<string[]>;
  /** Issues a kubeconfig and returns the id of its grant. Its delivery is not confirmed. */
  issue(to: typeof ada): Promise<string>;
  /** Issues and delivers a kubeconfig, and returns the id of its grant. */
  given(to: typeof ada): Promise<string>;
}

async function aReadyCluster(): Promise<Ready> {
  const environment = new RunEnvironment();
  environments.push(environment);
  const process = environment.createProcess();
  await environment.createCluster(process);
  async function issue(to: typeof ada): Promise<string> {
    const issued = await process.clusterService.issueKubeconfig('demo', { requester: to, role: 'cluster-admin' });
    if (!issued || 'notReady' in issued) throw new Error('no kubeconfig was issued');
    return issued.id;
  }
  return {
    ...{ environment, process, issue },
    async bound() {
      const address = String((await environment.store.read('cluster', 'demo'))?.value.outputs['public-address']);
      return environment.kube
        .listObjectPaths(address)
        .flatMap((path) => path.match(/kthw:grant:([0-9a-f]{12})$/)?.[1] ?? []);
    },
    async given(to) {
      const id = await issue(to);
      expect(await process.clusterService.confirmKubeconfig('demo', id)).toBe(true);
      return id;
    },
  };
}

describe('a kubeconfig that could not be delivered', () => {
  test('loses its own binding, and is neither listed nor audited', async () => {
    const { process, bound, given, issue } = await aReadyCluster();
    const kept = await given(ada);
    const undelivered = await issue(ada);
    expect(await bound()).toEqual([kept, undelivered].sort());
    expect(await process.clusterService.withdrawKubeconfig('demo', undelivered)).toBe(true);
    expect(await bound()).toEqual([kept]);
    expect((await process.clusterService.listGrants('demo')).map(({ id }) => id)).toEqual([kept]);
    expect(JSON.stringify(await process.clusterService.getAuditLog('demo'))).not.toContain(undelivered);
    expect(await process.clusterService.confirmKubeconfig('demo', undelivered)).toBe(false);
  });

  test('of an earlier release counts as delivered', async () => {
    const { environment, process, issue } = await aReadyCluster();
    const id = await issue(ada);
    const found = await environment.store.read('kubeconfigGrant', `demo.${id}`);
    if (!found) throw new Error('no grant');
    const { recordsDelivery: _, ...earlier } = found.value;
    await environment.store.write('kubeconfigGrant', `demo.${id}`, earlier, found.version);
    expect(await process.clusterService.listGrants('demo')).toMatchObject([{ id }]);
    expect(JSON.stringify(await process.clusterService.getAuditLog('demo'))).toContain(`received kubeconfig ${id}`);
  });

  test('stays valid when its delivery was confirmed first', async () => {
    const { process, bound, given } = await aReadyCluster();
    const kept = await given(ada);
    await process.clusterService.withdrawKubeconfig('demo', kept);
    expect(await bound()).toEqual([kept]);
  });

  test('keeps its binding while the API is unreachable, and loses it in a later attempt', async () => {
    const { environment, process, bound, issue } = await aReadyCluster();
    const undelivered = await issue(ada);
    environment.kube.faults.plan({ call: /clusterrolebindings/, when: 'before', error: away });
    expect(await process.clusterService.withdrawKubeconfig('demo', undelivered)).toBe(false);
    expect(await bound()).toEqual([undelivered]);
    environment.kube.faults.clear();
    expect(await process.clusterService.withdrawKubeconfig('demo', undelivered)).toBe(true);
    expect(await bound()).toEqual([]);
  });
});

function away(): Error {
  return new KthwError('api-unreachable', { address: '192.0.2.1' });
}

describe('a kubeconfig', () => {
  test('has its own role binding until it is revoked, and a new one has another', async () => {
    const { process, bound, given } = await aReadyCluster();
    const [first, other] = [await given(ada), await given(grace)];
    expect(await bound()).toEqual([first, other].sort());

    const revoked = await process.clusterService.revokeKubeconfigs('demo', { grantee: ada, requester: grace });
    expect(revoked).toMatchObject({ isEnforced: true, revoked: [{ id: first, grantee: ada }] });
    expect(await bound()).toEqual([other]);

    const second = await given(ada);
    expect(second).not.toBe(first);
    expect(await bound()).toEqual([second, other].sort());
  });

  test.each(KubeconfigRole.options)(
    'with role %s is bound to that role only, also in a recreated etcd',
    async (role) => {
      const { environment, process } = await aReadyCluster();
      const readRoles = async () => {
        const address = String((await environment.store.read('cluster', 'demo'))?.value.outputs['public-address']);
        const api = environment.kube.connect({ address } as Parameters<typeof environment.kube.connect>[0]);
        const bindings = environment.kube.listObjectPaths(address).filter((path) => path.includes('kthw:grant:'));
        return await Promise.all(
          bindings.map(async (path) => (await api.request('GET', path, new AbortController().signal)).body),
        );
      };
      const expected = [{ kind: 'ClusterRoleBinding', roleRef: { kind: 'ClusterRole', name: role } }];
      const issued = await process.clusterService.issueKubeconfig('demo', { requester: ada, role });
      if (!issued || 'notReady' in issued) throw new Error('no kubeconfig was issued');
      expect(issued.role).toBe(role);
      expect(await process.clusterService.confirmKubeconfig('demo', issued.id)).toBe(true);
      expect(await process.clusterService.listGrants('demo')).toMatchObject([{ role }]);
      expect(await readRoles()).toMatchObject(expected);
      await environment.finishRun(
        process.clusterService.rebuildCluster('demo', { fromPhase: 'etcd', requester: ada, channel: 'C1' }),
      );
      expect(await readRoles()).toMatchObject(expected);
    },
  );

  test('can be revoked individually, and only by its owner’s ID', async () => {
    const { process, bound, given } = await aReadyCluster();
    const [one, two] = [await given(ada), await given(ada)];
    expect(
      await process.clusterService.revokeKubeconfigs('demo', { grantee: grace, requester: grace, grantId: one }),
    ).toMatchObject({ revoked: [] });
    expect(await bound()).toEqual([one, two].sort());
    await process.clusterService.revokeKubeconfigs('demo', { grantee: ada, requester: ada, grantId: one });
    expect(await bound()).toEqual([two]);
  });

  test('is in the audit log with grantee, expiry and who revoked it', async () => {
    const { process, given } = await aReadyCluster();
    const id = await given(ada);
    await process.clusterService.revokeKubeconfigs('demo', { grantee: ada, requester: grace });
    await process.clusterService.revokeKubeconfigs('demo', { grantee: ada, requester: ada });
    const trail = (await process.clusterService.getAuditLog('demo'))?.filter(({ description }) =>
      description.includes('kubeconfig'),
    );
    expect(trail).toEqual([
      expect.objectContaining({
        actor: ada,
        description: expect.stringMatching(
          `^received kubeconfig ${id} with role cluster-admin as slack:T1:U1, valid until 2`,
        ),
      }),
      expect.objectContaining({
        actor: grace,
        description: `revoked kubeconfig ${id} with role cluster-admin of slack:T1:U1`,
      }),
    ]);
  });

  test('whose binding fails is not issued and not listed', async () => {
    const { environment, process, bound } = await aReadyCluster();
    environment.kube.faults.plan({ call: /^APPLY .*kthw:grant/, when: 'before', error: away });
    expect(await process.clusterService.issueKubeconfig('demo', { requester: ada, role: 'cluster-admin' })).toEqual({
      notReady: expect.stringContaining('is unreachable'),
    });
    expect(await process.clusterService.listGrants('demo')).toEqual([]);
    expect(JSON.stringify(await process.clusterService.getAuditLog('demo'))).not.toContain('kubeconfig');
    expect(await bound()).toEqual([]);
  });

  test('revoked between record and binding never works', async () => {
    const { environment, process, bound } = await aReadyCluster();
    environment.kube.faults.intercept(/^APPLY .*kthw:grant/, async () => {
      expect(await process.clusterService.revokeKubeconfigs('demo', { grantee: ada, requester: grace })).toMatchObject({
        revoked: [{ grantee: ada }],
      });
    });
    const { store, clock, kube, vaults } = environment;
    const record = (await store.read('cluster', 'demo'))?.value as ClusterRecord;
    const giving = issueKubeconfig({ store, kube, vaults: vaults.createProvider(store), now: clock.now }, record, {
      requester: ada,
      role: 'cluster-admin',
    });
    await expect(giving).rejects.toMatchObject({ code: 'cancelled' });
    expect(await bound()).toEqual([]);
  });
});

describe('a recreated etcd', () => {
  test('gets the active bindings and no revoked ones', async () => {
    const { environment, process, bound, given } = await aReadyCluster();
    const [kept, ended] = [await given(grace), await given(ada)];
    await process.clusterService.revokeKubeconfigs('demo', { grantee: ada, requester: ada });
    await environment.finishRun(
      process.clusterService.rebuildCluster('demo', { fromPhase: 'etcd', requester: ada, channel: 'C1' }),
    );
    expect(await bound()).toEqual([kept]);
    expect(ended).not.toBe(kept);
  });

  test('the next run removes bindings that were revoked during an API outage', async () => {
    const { environment, process, bound, given } = await aReadyCluster();
    const id = await given(ada);
    environment.kube.faults.plan({ call: /clusterrolebindings/, when: 'before', error: away });
    expect(await process.clusterService.revokeKubeconfigs('demo', { grantee: ada, requester: ada })).toMatchObject({
      isEnforced: false,
      revoked: [{ id }],
    });
    expect(await bound()).toEqual([id]);
    await environment.finishRun(
      process.clusterService.scaleCluster('demo', { workers: 2, requester: ada, channel: 'C1' }),
    );
    expect(await bound()).toEqual([]);
  });
});

test('grants of a deleted cluster do not apply to a new cluster of that name', async () => {
  const { environment, process, given } = await aReadyCluster();
  const id = await given(ada);
  await environment.finishRun(process.clusterService.deleteCluster('demo', ada, 'C1'));
  expect(await process.clusterService.revokeKubeconfigs('demo', { grantee: ada, requester: ada })).toEqual({
    notFound: true,
  });
  await environment.createCluster(process);
  expect(await process.clusterService.listGrants('demo')).toEqual([]);
  expect(JSON.stringify(await process.clusterService.getAuditLog('demo'))).toContain(id);
});

test('an extension is in the audit log once, with the new expiry', async () => {
  const environment = new RunEnvironment();
  environments.push(environment);
  const process = environment.createProcess();
  await environment.finishRun(
    process.clusterService.createCluster({ spec: buildSpec(), requester: ada, channel: 'C1', ttlMs: 8 * 3_600_000 }),
  );
  const end = new Date(String((await environment.store.read('cluster', 'demo'))?.value.expiresAt));
  await Promise.all([grace, ada].map((by) => process.clusterService.extendTtl('demo', end, 8, by)));
  const later = new Date(+end + 8 * 3_600_000).toISOString();
  const trail = (await process.clusterService.getAuditLog('demo'))?.filter(({ description }) =>
    description.startsWith('extended'),
  );
  expect(trail).toEqual([expect.objectContaining({ actor: grace, description: `extended the TTL to ${later}` })]);
  expect((await environment.store.read('cluster', 'demo'))?.value.expiresAt).toBe(later);
});
