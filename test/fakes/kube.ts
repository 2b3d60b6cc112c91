import { KthwError } from '../../src/engine/cluster/errors.ts';
import type { KubeApi, KubeClient, KubeConnectOptions, KubeResponse } from '../../src/engine/kubernetes/kube-client.ts';
import type { FakeClock } from './clock.ts';
import type { FakeCompute, FakeInstance } from './compute.ts';
import { FaultInjector } from './fault-injector.ts';
import { listPods, type Pod } from './kube-pods.ts';
import type { FakeSsh } from './ssh-client.ts';

/** Durations on the fake clock. */
const durations = { podMs: 8_000, namespaceGoneMs: 6_000 } as const;

interface StoredObject {
  readonly object: KubeObject;
  readonly appliedAt: number;
  /** When its deletion was requested. A namespace is `Terminating` until it is removed. */
  readonly deletedAt?: number;
}
interface KubeObject {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/**
 * The one fake of `KubeClient`: the API servers of all clusters, reached at a controller or through a forwarding rule. An
 * evicted pod starts on another node, unless a PodDisruptionBudget blocks the eviction (429), or several select it (500).
 * Its node takes pods again once it is uncordoned. A pod doesn't start on a node that was cordoned or tainted before. Calls are named `GET|POST|DELETE|APPLY PATH`.
 */
export class FakeKube implements KubeClient {
  readonly faults = new FaultInjector();
  /** Images that can't be pulled, as parts of their names. */
  readonly missingImages = new Set<string>();
  /** Why no namespace can be deleted, as the message of its condition. Undefined: namespaces are deleted. */
  namespaceDeletionProblem: string | undefined;
  /** Names of registered nodes that are not Ready, with the message of their condition. */
  readonly unreadyNodes = new Map<string, string>();
  /** Responses by path, instead of those of the cluster. They need no running API server. */
  readonly responses = new Map<string, KubeResponse>();
  readonly #clock: FakeClock;
  readonly #compute: FakeCompute;
  readonly #ssh: FakeSsh;
  readonly #clusters = new Map<string, Map<string, StoredObject>>();
  /** Deleted nodes with the number of kubelet starts so far. The next start, or a recreated instance, registers the node again. */
  readonly #deletedNodes = new Map<string, { readonly instanceId: number | undefined; readonly starts: number }>();
  /** Nodes that a deployment's pod was evicted from, as `NODE NAMESPACE/DEPLOYMENT`. */
  readonly #evictions = new Set<string>();

  constructor(clock: FakeClock, compute: FakeCompute, ssh: FakeSsh) {
    this.#clock = clock;
    this.#compute = compute;
    this.#ssh = ssh;
  }

  connect({ address }: KubeConnectOptions): KubeApi {
    return {
      request: (method, path, signal) =>
        this.faults.run(`${method} ${path}`, () => {
          const response = this.responses.get(path);
          if (response) return response;
          const objects = this.#getObjects(address, signal);
          if (method === 'DELETE') return this.#delete(objects, path);
          if (method === 'POST') return this.#evict(objects, path, address);
          return this.#get(objects, path, address);
        }),
      apply: (path, object, signal) =>
        this.faults.run(`APPLY ${path}`, () =>
          this.#apply(this.#getObjects(address, signal), path, object as KubeObject),
        ),
    };
  }

  /** Paths of all objects of the cluster whose API is at `address`. */
  listObjectPaths(address: string): string[] {
    return [...this.#getObjects(address, new AbortController().signal).keys()].sort();
  }

  #getObjects(address: string, signal: AbortSignal): Map<string, StoredObject> {
    if (signal.aborted) throw new KthwError('cancelled', {});
    const behind = this.#compute.listBackendAddresses(address);
    const servers = (behind.length > 0 ? behind : [address]).filter((at) =>
      this.#ssh.findHostByAddress(at)?.runningServices.has('kube-apiserver'),
    );
    const instance = servers[0] === undefined ? undefined : this.#compute.findInstanceByAddress(servers[0]);
    if (!instance) throw new KthwError('api-unreachable', { address }, { detail: 'ECONNREFUSED' });
    const first = this.#listInstances(instance.spec.network, 'controller')[0];
    const { instanceId, externalAddress } = first ?? instance;
    const cluster = `${instanceId} ${this.#ssh.findHostByAddress(externalAddress)?.etcdWipes ?? 0}`;
    const objects = this.#clusters.get(cluster) ?? new Map<string, StoredObject>();
    this.#clusters.set(cluster, objects);
    this.#removeExpiredNamespaces(objects);
    return objects;
  }

  #get(objects: Map<string, StoredObject>, path: string, address: string): KubeResponse {
    if (path === '/readyz') return { status: 200, body: 'ok' };
    if (path === '/api/v1/componentstatuses') return { status: 200, body: { items: this.#listMembers(address) } };
    if (path === '/api/v1/nodes') return { status: 200, body: { items: this.#listNodes(objects, address) } };
    const node = path.match(/^\/api\/v1\/nodes\/([^/]+)$/)?.[1];
    if (node) {
      const found = this.#listNodes(objects, address).find(({ metadata }) => metadata.name === node);
      return found ? { status: 200, body: found } : { status: 404, body: { message: `${path} not found` } };
    }
    if (path.includes('/pods?')) return { status: 200, body: { items: this.#queryPods(objects, path, address) } };
    if (path.endsWith('/log')) return { status: 200, body: 'a line\n' };
    const [collection = '', label] = path.split('?labelSelector=');
    if (label) {
      const found = filterByLabel(objects, `${collection}/`, label);
      return { status: 200, body: { items: found.map((one) => this.#addStatus(one)) } };
    }
    if (path.endsWith('/events')) return { status: 200, body: { items: [] } };
    const kept = objects.get(path);
    if (!kept) return { status: 404, body: { message: `${path} not found` } };
    return { status: 200, body: this.#addStatus(kept) };
  }

  #addStatus({ object, deletedAt }: StoredObject): object {
    if (deletedAt === undefined) return { ...object, status: { phase: 'Active' } };
    const message = this.namespaceDeletionProblem;
    const condition = { type: 'NamespaceDeletionDiscoveryFailure', status: 'True', reason: 'DiscoveryFailed', message };
    return { ...object, status: { phase: 'Terminating', conditions: message === undefined ? [] : [condition] } };
  }

  #delete(objects: Map<string, StoredObject>, path: string): KubeResponse {
    const node = path.match(/^\/api\/v1\/nodes\/([^/]+)$/)?.[1];
    if (node) {
      const { instanceId } = this.#compute.listInstances().find(({ name }) => name === node) ?? {};
      this.#deletedNodes.set(node, {
        instanceId,
        starts: this.#ssh.findHostByName(node)?.serviceStarts.get('kubelet') ?? 0,
      });
      this.#clearEvictions(node);
      objects.delete(path);
      return { status: 200, body: {} };
    }
    const kept = objects.get(path);
    if (!kept) return { status: 404, body: {} };
    if (kept.object.kind === 'Namespace') objects.set(path, { ...kept, deletedAt: +this.#clock.now() });
    else objects.delete(path);
    return { status: 200, body: {} };
  }

  #evict(objects: Map<string, StoredObject>, path: string, address: string): KubeResponse {
    const [, namespace = '', name = ''] = path.match(/namespaces\/([^/]+)\/pods\/([^/]+)\/eviction$/) ?? [];
    const pods = this.#listAllPods(objects, address);
    const pod = pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    if (!pod) return { status: 404, body: {} };
    const [budget, ...moreBudgets] = listBudgets(objects, pod);
    if (moreBudgets.length > 0) {
      const message =
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
      return { status: 500, body: { kind: 'Status', reason: 'InternalError', message } };
    }
    const reason = budget && findBlockingReason(budget, pods);
    if (reason) {
      const message = "Cannot evict pod as it would violate the pod's disruption budget.";
      const causes = [{ reason: 'DisruptionBudget', message: reason }];
      return { status: 429, body: { kind: 'Status', reason: 'TooManyRequests', message, details: { causes } } };
    }
    this.#evictions.add(`${pod.spec.nodeName} ${namespace}/${name.replace(/-\d+$/, '')}`);
    return { status: 201, body: {} };
  }

  #clearEvictions(node: string): void {
    for (const key of this.#evictions) if (key.startsWith(`${node} `)) this.#evictions.delete(key);
  }

  #apply(objects: Map<string, StoredObject>, path: string, object: KubeObject): void {
    const namespace = path.match(/^\/apis?\/.*?(\/api\/v1)?\/namespaces\/([^/]+)\/./)?.[2];
    const within =
      namespace && namespace !== 'kube-system' ? objects.get(`/api/v1/namespaces/${namespace}`) : undefined;
    if (namespace && namespace !== 'kube-system' && (!within || within.deletedAt !== undefined)) {
      throw new KthwError('api-refused', { doing: `applying ${path}`, status: within ? 403 : 404 });
    }
    const node = path.match(/^\/api\/v1\/nodes\/([^/]+)$/)?.[1];
    if (node && !object.spec?.unschedulable) this.#clearEvictions(node);
    const before = objects.get(path);
    const ports =
      object.kind === 'Service' ? { spec: { ...object.spec, ports: [{ port: 80, nodePort: 30_080 }] } } : {};
    objects.set(path, { appliedAt: +this.#clock.now(), ...before, object: { ...object, ...ports } });
  }

  #listNodes(objects: Map<string, StoredObject>, address: string) {
    return this.#listReadyWorkers(address).map((name) => {
      const problem = this.unreadyNodes.get(name);
      const ready = { type: 'Ready', status: problem === undefined ? 'True' : 'False' };
      return {
        metadata: { name },
        spec: objects.get(`/api/v1/nodes/${name}`)?.object.spec,
        status: {
          conditions: [problem === undefined ? ready : { ...ready, reason: 'KubeletNotReady', message: problem }],
        },
      };
    });
  }

  /** etcd members as component statuses. */
  #listMembers(address: string) {
    const [server = address] = this.#compute.listBackendAddresses(address);
    const network = this.#compute.findInstanceByAddress(server)?.spec.network ?? '';
    return this.#listInstances(network, 'controller').map(({ externalAddress }, i) => {
      const isRunning = this.#ssh.findHostByAddress(externalAddress)?.runningServices.has('etcd');
      return {
        metadata: { name: `etcd-${i}` },
        conditions: [{ type: 'Healthy', status: isRunning ? 'True' : 'False' }],
      };
    });
  }

  /** Whether new pods can't be scheduled to a node at a time. */
  #repelsPods(objects: Map<string, StoredObject>, node: string, at: number): boolean {
    const kept = objects.get(`/api/v1/nodes/${node}`);
    const { unschedulable, taints } = kept?.object.spec ?? {};
    return kept !== undefined && kept.appliedAt <= at && (unschedulable === true || taints !== undefined);
  }

  /** Names of the registered nodes of the only cluster. */
  listNodeNames(): string[] {
    const [controller] = this.#compute.listInstances().filter(({ spec }) => spec.tags.includes('controller'));
    return controller ? this.#listReadyWorkers(controller.externalAddress) : [];
  }

  /** Names of workers with a running kubelet. */
  #listReadyWorkers(address: string): string[] {
    const [server = address] = this.#compute.listBackendAddresses(address);
    const network = this.#compute.findInstanceByAddress(server)?.spec.network ?? '';
    return this.#listInstances(network, 'worker')
      .filter(({ externalAddress }) => this.#ssh.findHostByAddress(externalAddress)?.runningServices.has('kubelet'))
      .filter(({ externalAddress, name, instanceId }) => {
        const deleted = this.#deletedNodes.get(name);
        return (
          deleted?.instanceId !== instanceId ||
          (this.#ssh.findHostByAddress(externalAddress)?.serviceStarts.get('kubelet') ?? 0) > deleted.starts
        );
      })
      .map(({ name }) => name);
  }

  #queryPods(objects: Map<string, StoredObject>, path: string, address: string): object[] {
    const [collection = '', query = ''] = path.split('/pods?');
    const [what, label = '', value = ''] = decodeURIComponent(query).split('=');
    const pods = this.#listAllPods(objects, address);
    if (what === 'fieldSelector') return pods.filter(({ spec }) => spec.nodeName === value);
    const namespace = collection.slice(collection.lastIndexOf('/') + 1);
    return pods.filter(({ metadata }) => metadata.namespace === namespace && metadata.labels[label] === value);
  }

  #listAllPods(objects: Map<string, StoredObject>, address: string): Pod[] {
    return [...objects].flatMap(([path, kept]) => {
      const [, namespace, name] = path.match(/^\/apis\/apps\/v1\/namespaces\/([^/]+)\/deployments\/(.+)$/) ?? [];
      if (!namespace) return [];
      return listPods(kept.object, {
        namespace,
        nodes: this.#listReadyWorkers(address).filter(
          (node) =>
            !this.unreadyNodes.has(node) &&
            !this.#evictions.has(`${node} ${namespace}/${name}`) &&
            !this.#repelsPods(objects, node, kept.appliedAt),
        ),
        isUp: +this.#clock.now() - kept.appliedAt >= durations.podMs,
        missingImages: this.missingImages,
      });
    });
  }

  #listInstances(network: string, role: string): FakeInstance[] {
    return this.#compute
      .listInstances()
      .filter(({ spec }) => spec.network === network && spec.tags.includes(role))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Removes terminated namespaces with their objects. */
  #removeExpiredNamespaces(objects: Map<string, StoredObject>): void {
    if (this.namespaceDeletionProblem !== undefined) return;
    for (const [path, { deletedAt }] of objects) {
      if (deletedAt === undefined || +this.#clock.now() - deletedAt < durations.namespaceGoneMs) continue;
      const inside = `${path.slice(path.indexOf('/namespaces/'))}/`;
      for (const other of objects.keys()) if (other === path || other.includes(inside)) objects.delete(other);
    }
  }
}

interface Budget {
  readonly name: string;
  readonly minAvailable: number;
  selects(pod: Pod): boolean;
}

/** PodDisruptionBudgets that select a pod. */
function listBudgets(objects: ReadonlyMap<string, StoredObject>, pod: Pod): Budget[] {
  const { namespace } = pod.metadata;
  return [...objects]
    .filter(([path]) => path.includes(`/namespaces/${namespace}/poddisruptionbudgets/`))
    .map(([path, { object }]) => {
      const { minAvailable, selector } = object.spec as { minAvailable: number; selector: { matchLabels: object } };
      const selects = ({ metadata }: Pod) =>
        metadata.namespace === namespace &&
        Object.entries(selector.matchLabels).every(([key, value]) => metadata.labels[key] === value);
      return { name: path.split('/').at(-1) ?? '', minAvailable, selects };
    })
    .filter((budget) => budget.selects(pod));
}

/** As `kubectl drain` shows it: https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
function findBlockingReason({ name, minAvailable, selects }: Budget, pods: readonly Pod[]): string | undefined {
  const healthy = pods.filter((pod) => pod.spec.nodeName !== undefined && selects(pod)).length;
  if (healthy > minAvailable) return undefined;
  return `The disruption budget ${name} needs ${minAvailable} healthy pods and has ${healthy} currently`;
}

function filterByLabel(objects: ReadonlyMap<string, StoredObject>, collection: string, label: string): StoredObject[] {
  return [...objects].flatMap(([path, kept]) =>
    path.startsWith(collection) && kept.object.metadata?.labels?.[label] !== undefined ? [kept] : [],
  );
}
