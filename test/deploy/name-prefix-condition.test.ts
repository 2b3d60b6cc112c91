import { expect, test } from 'vitest';
import { buildNamePrefixCondition, conditionalTypes } from '../../deploy/name-prefix-condition.ts';
import { permissionsByCall } from '../../deploy/permissions.ts';
import { getResourceNames } from '../../src/engine/cluster/resource-names.ts';
import { buildCluster } from '../fixtures/cluster.ts';

const condition = buildNamePrefixCondition('k8s-');

/** Evaluates the condition as IAM does, for the operators that it uses. `extract` returns '' without a match. */
function isAllowed(resourceType: string, resourceName: string): boolean {
  return condition.split(' && ').every((clause) => {
    const [, type, before, prefix] =
      /^\(resource\.type != "(.+)" \|\| resource\.name\.extract\("(.+)\{name\}"\)\.startsWith\("(.+)"\)\)$/.exec(
        clause,
      ) ?? [];
    if (type === undefined || before === undefined || prefix === undefined) throw new Error(`unknown clause ${clause}`);
    const at = resourceName.indexOf(before);
    const extracted = at < 0 ? '' : resourceName.slice(at + before.length);
    return resourceType !== type || extracted.startsWith(prefix);
  });
}

const path = {
  Instance: (name: string) => `projects/p/zones/us-west1-c/instances/${name}`,
  Disk: (name: string) => `projects/p/zones/us-west1-c/disks/${name}`,
  Firewall: (name: string) => `projects/p/global/firewalls/${name}`,
  ForwardingRule: (name: string) => `projects/p/regions/us-west1/forwardingRules/${name}`,
};

test('allows the names of a cluster with the prefix, and denies all others', () => {
  const cluster = buildCluster({ name: 'k8s-demo' });
  const names = getResourceNames({ name: 'k8s-demo' });
  const instances = cluster.instances.map(({ name }) => name);
  const own = {
    Instance: instances,
    Disk: instances,
    Firewall: [names.allowInternal, names.allowExternal, names.allowSsh, names.allowHealthCheck],
    ForwardingRule: [names.forwardingRule],
  };
  for (const type of Object.keys(conditionalTypes) as (keyof typeof conditionalTypes)[]) {
    const fullType = `compute.googleapis.com/${type}`;
    for (const name of own[type]) expect(isAllowed(fullType, path[type](name)), name).toBe(true);
    for (const name of ['web', 'k8s', 'my-k8s-demo', 'K8S-demo'])
      expect(isAllowed(fullType, path[type](name)), name).toBe(false);
    // A project or zone with the prefix in its name does not help.
    expect(isAllowed(fullType, path[type]('web').replace('projects/p', 'projects/k8s-p'))).toBe(false);
  }
});

test('does not restrict lists and resources that IAM conditions do not know', () => {
  expect(isAllowed('cloudresourcemanager.googleapis.com/Project', 'projects/p')).toBe(true);
  for (const type of ['Network', 'Subnetwork', 'Route', 'Address', 'TargetPool', 'HttpHealthCheck'])
    expect(isAllowed(`compute.googleapis.com/${type}`, 'projects/p/global/x/web')).toBe(true);
});

test('names collections in which the bot creates and deletes resources', () => {
  for (const collection of Object.values(conditionalTypes)) {
    const calls = Object.keys(permissionsByCall).filter((call) => call.includes(`/${collection}/{`));
    expect(
      calls.filter((call) => call.startsWith('DELETE ')),
      collection,
    ).toHaveLength(1);
  }
});

test('stays below the limit of 12 logical operators', () => {
  // https://cloud.google.com/iam/docs/conditions-overview#quotas (2026-12-01)
  expect(condition.match(/&&|\|\|/g)?.length).toBeLessThanOrEqual(12);
});
