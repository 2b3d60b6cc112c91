import type { ComputeEmulator } from '../compute/start-compute-emulator.ts';

/** Direct access to the Compute Engine emulator: existing resources, request counts, fault injection. */
export class ComputeInspector {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, token }: Pick<ComputeEmulator, 'url' | 'token'>) {
    this.#url = url;
    this.#headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  }

  /** All resource names by collection. */
  async listResources(): Promise<Record<Collection, string[]>> {
    const lists = collections.map(async (path) => {
      const { items = [] } = await this.get<{ items?: { name: string }[] }>(path);
      return [path, items.map(({ name }) => name).sort()] as const;
    });
    return Object.fromEntries(await Promise.all(lists)) as Record<Collection, string[]>;
  }

  /** Resources whose name starts with the cluster's, as `firewalls/NAME`, sorted. */
  async listClusterResources(cluster: string): Promise<string[]> {
    return Object.entries(await this.listResources())
      .flatMap(([path, names]) => {
        const kind = path.slice(path.lastIndexOf('/') + 1);
        const own = names.filter((name) => name === cluster || name.startsWith(`${cluster}-`));
        return own.map((name) => `${kind}/${name}`);
      })
      .sort();
  }

  async listInstances(): Promise<readonly ApiInstance[]> {
    return (await this.get<{ items?: ApiInstance[] }>('zones/us-west1-c/instances')).items ?? [];
  }

  /** What allows SSH to a cluster: its firewall rule, and instances with a key. Empty if SSH is disabled. */
  async listSshOpenings(cluster: string): Promise<string[]> {
    const { disabled } = await this.get<{ disabled: boolean }>(`global/firewalls/${cluster}-allow-ssh`);
    const withKey = (await this.listInstances()).filter(
      ({ name, metadata }) => name.startsWith(`${cluster}-`) && metadata.items?.some(({ key }) => key === 'ssh-keys'),
    );
    return [...(disabled ? [] : ['rule']), ...withKey.map(({ name }) => name)].sort();
  }

  /** Number of insert requests so far, by kind. */
  async countInserts(): Promise<Readonly<Record<string, number>>> {
    const calls = await parseResponse<Record<string, number>>(await this.#fetch(`${this.#url}/_kthw/calls`));
    return Object.fromEntries(
      Object.entries(calls).flatMap(([call, count]) => {
        const kind = call.match(/^POST (?:\/global|\/regions\/[^/]+|\/zones\/[^/]+)\/([^/]+)$/)?.[1];
        return kind === undefined ? [] : [[kind, count]];
      }),
    );
  }

  /** Makes the next matching requests fail. */
  async injectFaults(...faults: readonly object[]): Promise<void> {
    await parseResponse(await this.#fetch(`${this.#url}/_kthw/faults`, 'POST', faults));
  }

  /** Injected faults that have not been triggered. */
  async listPendingFaults(): Promise<readonly object[]> {
    return await parseResponse(await this.#fetch(`${this.#url}/_kthw/faults`));
  }

  /** @param path after the project */
  async get<T>(path: string): Promise<T> {
    return await parseResponse(await this.#fetch(this.#buildUrl(path)));
  }

  /** Makes a manual change, as in the console, and waits for it. @param path after the project */
  async change(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<void> {
    const response = await this.#fetch(this.#buildUrl(path), method, body);
    const operation = await parseResponse<{ selfLink: string }>(response);
    await parseResponse(await this.#fetch(`${operation.selfLink}/wait`, 'POST'));
  }

  async #fetch(url: string, method = 'GET', body?: object): Promise<Response> {
    return await fetch(url, { method, headers: this.#headers, ...(body && { body: JSON.stringify(body) }) });
  }

  #buildUrl(path: string): string {
    return `${this.#url}/compute/v1/projects/kthw-local/${path}`;
  }
}

export interface ApiInstance {
  readonly name: string;
  readonly status: string;
  readonly machineType: string;
  readonly metadata: { readonly items?: readonly { readonly key: string }[] };
  readonly networkInterfaces: readonly { readonly accessConfigs: readonly { readonly natIP?: string }[] }[];
}

type Collection = (typeof collections)[number];

const collections = [
  'global/networks',
  'global/firewalls',
  'global/routes',
  'global/httpHealthChecks',
  'regions/us-west1/subnetworks',
  'regions/us-west1/addresses',
  'regions/us-west1/targetPools',
  'regions/us-west1/forwardingRules',
  'zones/us-west1-c/instances',
  'zones/us-west1-c/disks',
] as const;

async function parseResponse<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  const { status, url } = response;
  throw new Error(`the Compute Engine emulator returned HTTP ${status} for ${url}: ${await response.text()}`);
}
