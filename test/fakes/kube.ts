import type { KubeApi, KubeClient, KubeConnectOptions, KubeResponse } from '../../src/engine/kubernetes/kube-client.ts';
import { KthwError } from '../../src/engine/workflow/errors.ts';
import type { VirtualClock } from './clock.ts';
import type { CloudDouble } from './compute.ts';
import { Faults } from './fault-injector.ts';
import { listPods, type PodThing } from './kube-pods.ts';
import type { RemoteDouble } from './ssh-client.ts';

/** How long things take, on the virtual clock. */
const takes = { podMs: 8_000, namespaceGoneMs: 6_000 } as const;

interface Kept {
  readonly object: KubeThing;
  readonly at: number;
  /** When its deletion was asked for: a namespace is `Terminating` for a while. */
  readonly deletedAt?: number;
}
interface KubeThing {
  readonly kind?: string;
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/**
 * The API servers of all clusters, reached at a controller or through a forwarding rule while the API server on a machine
 * there runs. Objects live as long as the cluster's first controller. Nodes are ready while their kubelet runs; pods of a
 * deployment are spread one a node and are ready after 8 s; an image that is not to be had leaves them in
 * `ImagePullBackOff`. A namespace that is deleted is `Terminating` for 6 s and takes what is in it along; nothing can be
 * made in one that is not there (404) or is going (403). A node that was deleted comes back when its kubelet is started
 * again; one whose pods are asked to go has none from then on. Calls are named `GET|POST|DELETE|APPLY PATH`.
 */
export class KubeDouble implements KubeClient {
  readonly faults = new Faults();
  /** Images that can't be pulled, as parts of their names. */
  readonly missingImages = new Set<string>();
  readonly #clock: VirtualClock;
  readonly #cloud: CloudDouble;
  readonly #remote: RemoteDouble;
  readonly #clusters = new Map<string, Map<string, Kept>>();
  /** Nodes that were deleted, with how often their kubelet had been started by then: the next start, or another machine, brings them back. */
  readonly #goneNodes = new Map<string, { readonly birth: number | undefined; readonly starts: number }>();
  readonly #drainedNodes = new Set<string>();

  constructor(clock: VirtualClock, cloud: CloudDouble, remote: RemoteDouble) {
    this.#clock = clock;
    this.#cloud = cloud;
    this.#remote = remote;
  }

  connect({ address }: KubeConnectOptions): KubeApi {
    return {
      request: (method, path, signal) =>
        this.faults.around(`${method} ${path}`, () => {
          const objects = this.#reach(address, signal);
          if (method === 'DELETE') return this.#delete(objects, path);
          if (method === 'POST') return this.#evict(objects, path, address);
          return this.#get(objects, path, address);
        }),
      apply: (path, object, signal) =>
        this.faults.around(`APPLY ${path}`, () => this.#apply(this.#reach(address, signal), path, object as KubeThing)),
    };
  }

  /** Paths of all objects of the cluster whose API is at `address`. */
  objects(address: string): string[] {
    return [...this.#reach(address, new AbortController().signal).keys()].sort();
  }

  #reach(address: string, signal: AbortSignal): Map<string, Kept> {
    if (signal.aborted) throw new KthwError('cancelled', {});
    const behind = this.#cloud.behind(address);
    const servers = (behind.length > 0 ? behind : [address]).filter((at) =>
      this.#remote.at(at)?.running.has('kube-apiserver'),
    );
    const machine = servers[0] === undefined ? undefined : this.#cloud.machineAt(servers[0]);
    if (!machine) throw new KthwError('api-unreachable', { address }, { detail: 'ECONNREFUSED' });
    const first = this.#machinesOf(machine.spec.network, 'controller')[0];
    const born = first ?? { birth: machine.birth, at: machine.at };
    const cluster = `${born.birth} ${this.#remote.at(born.at)?.wipes ?? 0}`;
    const objects = this.#clusters.get(cluster) ?? new Map<string, Kept>();
    this.#clusters.set(cluster, objects);
    this.#forget(objects);
    return objects;
  }

  #get(objects: Map<string, Kept>, path: string, address: string): KubeResponse {
    if (path === '/readyz') return { status: 200, body: 'ok' };
    if (path === '/api/v1/nodes') return { status: 200, body: { items: this.#nodes(address) } };
    const node = path.match(/^\/api\/v1\/nodes\/([^/]+)$/)?.[1];
    if (node) {
      const found = this.#nodes(address).find(({ metadata }) => metadata.name === node);
      return found ? { status: 200, body: found } : { status: 404, body: { message: `${path} not found` } };
    }
    if (path.includes('/pods?')) return { status: 200, body: { items: this.#pods(objects, path, address) } };
    if (path.endsWith('/log')) return { status: 200, body: 'a line\n' };
    const [collection = '', label] = path.split('?labelSelector=');
    if (label) return { status: 200, body: { items: labelled(objects, `${collection}/`, label) } };
    const kept = objects.get(path);
    if (!kept) return { status: 404, body: { message: `${path} not found` } };
    const status = kept.deletedAt === undefined ? 'Active' : 'Terminating';
    return { status: 200, body: { ...kept.object, status: { phase: status } } };
  }

  #delete(objects: Map<string, Kept>, path: string): KubeResponse {
    const node = path.match(/^\/api\/v1\/nodes\/([^/]+)$/)?.[1];
    if (node) {
      const { birth } = this.#cloud.machines().find(({ name }) => name === node) ?? {};
      this.#goneNodes.set(node, { birth, starts: this.#remote.named(node)?.starts.get('kubelet') ?? 0 });
      this.#drainedNodes.delete(node);
      objects.delete(path);
      return { status: 200, body: {} };
    }
    const kept = objects.get(path);
    if (!kept) return { status: 404, body: {} };
    if (kept.object.kind === 'Namespace') objects.set(path, { ...kept, deletedAt: +this.#clock.now() });
    else objects.delete(path);
    return { status: 200, body: {} };
  }

  /** A pod that is asked to go takes all its node's pods with it to other nodes. */
  #evict(objects: Map<string, Kept>, path: string, address: string): KubeResponse {
    const [, namespace = '', name = ''] = path.match(/namespaces\/([^/]+)\/pods\/([^/]+)\/eviction$/) ?? [];
    const pods = this.#allPods(objects, address);
    const pod = pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
    if (!pod) return { status: 404, body: {} };
    this.#drainedNodes.add(pod.spec.nodeName);
    return { status: 201, body: {} };
  }

  #apply(objects: Map<string, Kept>, path: string, object: KubeThing): void {
    const namespace = path.match(/^\/apis?\/.*?(\/api\/v1)?\/namespaces\/([^/]+)\/./)?.[2];
    const within =
      namespace && namespace !== 'kube-system' ? objects.get(`/api/v1/namespaces/${namespace}`) : undefined;
    if (namespace && namespace !== 'kube-system' && (!within || within.deletedAt !== undefined)) {
      throw new KthwError('api-refused', { doing: `applying ${path}`, status: within ? 403 : 404 });
    }
    const before = objects.get(path);
    const ports =
      object.kind === 'Service' ? { spec: { ...object.spec, ports: [{ port: 80, nodePort: 30_080 }] } } : {};
    objects.set(path, { at: +this.#clock.now(), ...before, object: { ...object, ...ports } });
  }

  #nodes(address: string): { readonly metadata: { readonly name: string } }[] {
    return this.#workers(address).map((name) => ({
      metadata: { name },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    }));
  }

  /** Names of workers whose kubelet runs. */
  #workers(address: string): string[] {
    const [server = address] = this.#cloud.behind(address);
    const network = this.#cloud.machineAt(server)?.spec.network ?? '';
    return this.#machinesOf(network, 'worker')
      .filter(({ at }) => this.#remote.at(at)?.running.has('kubelet'))
      .filter(({ at, name, birth }) => {
        const gone = this.#goneNodes.get(name);
        return gone?.birth !== birth || (this.#remote.at(at)?.starts.get('kubelet') ?? 0) > gone.starts;
      })
      .map(({ name }) => name);
  }

  #pods(objects: Map<string, Kept>, path: string, address: string): object[] {
    const [collection = '', query = ''] = path.split('/pods?');
    const [what, label = '', value = ''] = decodeURIComponent(query).split('=');
    const pods = this.#allPods(objects, address);
    if (what === 'fieldSelector') return pods.filter(({ spec }) => spec.nodeName === value);
    const namespace = collection.slice(collection.lastIndexOf('/') + 1);
    return pods.filter(({ metadata }) => metadata.namespace === namespace && metadata.labels[label] === value);
  }

  #allPods(objects: Map<string, Kept>, address: string): PodThing[] {
    return [...objects].flatMap(([path, kept]) => {
      const namespace = path.match(/^\/apis\/apps\/v1\/namespaces\/([^/]+)\/deployments\//)?.[1];
      if (!namespace) return [];
      return listPods(kept.object, {
        namespace,
        nodes: this.#workers(address).filter((name) => !this.#drainedNodes.has(name)),
        up: +this.#clock.now() - kept.at >= takes.podMs,
        missingImages: this.missingImages,
      });
    });
  }

  #machinesOf(network: string, role: string): { name: string; birth: number; at: string }[] {
    return this.#cloud
      .machines()
      .filter(({ spec }) => spec.network === network && spec.tags.includes(role))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Namespaces whose time has come, and all that was in them. */
  #forget(objects: Map<string, Kept>): void {
    for (const [path, { deletedAt }] of objects) {
      if (deletedAt === undefined || +this.#clock.now() - deletedAt < takes.namespaceGoneMs) continue;
      const inside = `${path.slice(path.indexOf('/namespaces/'))}/`;
      for (const other of objects.keys()) if (other === path || other.includes(inside)) objects.delete(other);
    }
  }
}

function labelled(objects: ReadonlyMap<string, Kept>, collection: string, label: string): KubeThing[] {
  return [...objects].flatMap(([path, { object }]) =>
    path.startsWith(collection) && object.metadata?.labels?.[label] !== undefined ? [object] : [],
  );
}
