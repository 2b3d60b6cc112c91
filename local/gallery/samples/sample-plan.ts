import { deriveCluster } from '../../../src/engine/cluster/cluster.ts';
import type { OperationName } from '../../../src/engine/phases/operations.ts';
import type { ViewedStep } from '../../../src/engine/service/run-view.ts';
import type { ClusterSpec } from '../../../src/store/records.ts';

export interface SampleStep extends ViewedStep {
  /** Waits for approval. */
  readonly isDestructive: boolean;
}

/** Step key, step title, keys of dependencies. */
type StepRow = readonly [key: string, title: string, dependsOn?: readonly string[]];

interface SamplePhase {
  readonly name: string;
  readonly title: string;
  readonly chapter: number;
  readonly steps: readonly StepRow[];
}

/**
 * Plan of a frozen, shortened copy of the tutorial. Samples use it instead of the phase registry, so that a new phase
 * changes no snapshot.
 */
export function createSamplePlan(operation: OperationName, spec: ClusterSpec): readonly SampleStep[] {
  const forward = planForward(createSamplePhases(spec));
  switch (operation) {
    case 'delete':
      return reverse(forward.filter(({ phase }) => phase.name !== 'smoke' && phase.name !== 'dns'));
    case 'smoke':
      return selectSteps(forward, ({ phase }) => phase.name === 'smoke');
    case 'rebuild': {
      const rebuilt = forward.filter(({ phase }) => rebuiltPhases.has(phase.name));
      const removals = reverse(rebuilt.filter(({ phase }) => removedPhases.has(phase.name))).map((step) => ({
        ...step,
        id: `remove:${step.id}`,
        dependsOn: step.dependsOn.map((id) => `remove:${id}`),
        isDestructive: true,
      }));
      const removalIds = removals.map(({ id }) => id);
      const builds = selectSteps(rebuilt, () => true);
      return [...removals, ...builds.map((step) => ({ ...step, dependsOn: [...removalIds, ...step.dependsOn] }))];
    }
    default:
      return forward;
  }
}

const removedPhases: ReadonlySet<string> = new Set(['controllers', 'load-balancer']);
const rebuiltPhases: ReadonlySet<string> = new Set([
  ...removedPhases,
  'host-keys',
  'etcd',
  'control-plane',
  'dns',
  'smoke',
]);

function createSamplePhases(spec: ClusterSpec): readonly SamplePhase[] {
  const { name, machineType } = spec;
  const { instances, controllerInstances } = deriveCluster(spec);
  const workers = instances.filter(({ role }) => role === 'worker');
  const listKeys = (phase: string, of: readonly { readonly name: string }[]) => of.map((one) => `${phase}/${one.name}`);
  const toInstanceRow = (phase: string, instance: (typeof instances)[number]): StepRow => [
    `${phase}/${instance.name}`,
    `instance ${instance.name} (${machineType}, ${instance.address})`,
    [`network/subnet`],
  ];
  return [
    {
      name: 'network',
      title: 'Network',
      chapter: 3,
      steps: [
        ['network/vpc', `network ${name}`],
        ['network/subnet', `subnet ${name}`, ['network/vpc']],
      ],
    },
    {
      name: 'firewall',
      title: 'Firewall rules',
      chapter: 3,
      steps: ['allow-internal', 'allow-external'].map((rule) => [
        `firewall/${name}-${rule}`,
        `firewall rule ${name}-${rule}`,
        ['network/vpc'],
      ]),
    },
    {
      name: 'static-ip',
      title: 'Static IP address',
      chapter: 3,
      steps: [['static-ip/api', `static IP address ${name}`]],
    },
    {
      name: 'controllers',
      title: 'Control plane instances',
      chapter: 3,
      steps: controllerInstances.map((instance) => toInstanceRow('controllers', instance)),
    },
    {
      name: 'workers',
      title: 'Worker instances',
      chapter: 3,
      steps: workers.map((instance) => toInstanceRow('workers', instance)),
    },
    {
      name: 'certificates',
      title: 'Certificates',
      chapter: 4,
      steps: [
        ['certificates/ca', 'certificate authority'],
        ['certificates/admin', 'certificate admin', ['certificates/ca']],
        ['certificates/kube-apiserver', 'certificate kube-apiserver', ['certificates/ca', 'static-ip/api']],
      ],
    },
    {
      name: 'host-keys',
      title: 'SSH host key verification',
      chapter: 5,
      steps: instances.map(({ name: host, role }) => [
        `host-keys/${host}`,
        `SSH host key of ${host}`,
        [`${role === 'controller' ? 'controllers' : 'workers'}/${host}`],
      ]),
    },
    {
      name: 'etcd',
      title: 'etcd',
      chapter: 7,
      steps: controllerInstances.map(({ name: host }) => [
        `etcd/${host}`,
        `etcd on ${host}`,
        [`host-keys/${host}`, 'certificates/kube-apiserver'],
      ]),
    },
    {
      name: 'control-plane',
      title: 'Control plane',
      chapter: 8,
      steps: controllerInstances.map(({ name: host }) => [
        `control-plane/${host}`,
        `control plane on ${host}`,
        listKeys('etcd', controllerInstances),
      ]),
    },
    {
      name: 'load-balancer',
      title: 'Load balancer',
      chapter: 8,
      steps: [['load-balancer/rule', `forwarding rule ${name}`, listKeys('controllers', controllerInstances)]],
    },
    {
      name: 'kubelet',
      title: 'Worker nodes',
      chapter: 9,
      steps: workers.map(({ name: host }) => [
        `kubelet/${host}`,
        `kubelet on ${host}`,
        [`host-keys/${host}`, ...listKeys('control-plane', controllerInstances), 'load-balancer/rule'],
      ]),
    },
    {
      name: 'dns',
      title: 'DNS add-on',
      chapter: 12,
      steps: [
        [
          'dns/runs',
          'CoreDNS is running',
          [...listKeys('kubelet', workers), ...listKeys('control-plane', controllerInstances)],
        ],
      ],
    },
    {
      name: 'smoke',
      title: 'Smoke test',
      chapter: 13,
      steps: [
        ['smoke/deployment', 'a deployment runs on every worker node', listKeys('control-plane', controllerInstances)],
        ['smoke/clean-up', 'smoke test resources are deleted', ['smoke/deployment', ...listKeys('kubelet', workers)]],
      ],
    },
  ];
}

function planForward(phases: readonly SamplePhase[]): SampleStep[] {
  return phases.flatMap(({ steps, name, title, chapter }) =>
    steps.map(([id, stepTitle, dependsOn = []]) => ({
      id,
      step: { title: stepTitle },
      phase: { name, title, chapter },
      dependsOn,
      isDestructive: false,
      isMutating: true,
    })),
  );
}

/** A resource is removed after everything that depends on it. */
function reverse(steps: readonly SampleStep[]): SampleStep[] {
  return steps.toReversed().map((step) => ({
    ...step,
    dependsOn: steps.filter(({ dependsOn }) => dependsOn.includes(step.id)).map(({ id }) => id),
  }));
}

function selectSteps(steps: readonly SampleStep[], isSelected: (step: SampleStep) => boolean): SampleStep[] {
  const selected = steps.filter(isSelected);
  const ids = new Set(selected.map(({ id }) => id));
  return selected.map((step) => ({ ...step, dependsOn: step.dependsOn.filter((id) => ids.has(id)) }));
}
