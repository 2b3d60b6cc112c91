/** Direct access to the Compute Engine emulator: existing resources, request counts, fault injection. */
export class Google {
  readonly #url: string;
  readonly #project: string;

  constructor(url: string, project = 'kthw-local') {
    this.#url = url;
    this.#project = project;
  }

  /** Resources whose name starts with the cluster's, as `firewalls/NAME`, sorted. */
  async resourcesOf(cluster: string): Promise<string[]> {
    const lists = await Promise.all(
      collections.map(async (path) => {
        const { items = [] } = await this.get<{ items?: { name: string }[] }>(path);
        const kind = path.slice(path.lastIndexOf('/') + 1);
        return items
          .filter(({ name }) => name === cluster || name.startsWith(`${cluster}-`))
          .map(({ name }) => `${kind}/${name}`);
      }),
    );
    return lists.flat().sort();
  }

  /** Current SSH access to a cluster: its firewall rule, and instances with a key. */
  async lettingIn(cluster: string): Promise<string[]> {
    const { disabled } = await this.get<{ disabled: boolean }>(`global/firewalls/${cluster}-allow-ssh`);
    const { items = [] } = await this.get<{ items?: Machine[] }>('zones/us-west1-c/instances');
    const machines = items.filter(({ name, metadata }) => {
      const hasKey = metadata.items?.some(({ key }) => key === 'ssh-keys') ?? false;
      return name.startsWith(`${cluster}-`) && hasKey;
    });
    return [...(disabled ? [] : ['rule']), ...machines.map(({ name }) => name)].sort();
  }

  /** Number of insert requests so far, by kind. */
  async inserts(): Promise<Readonly<Record<string, number>>> {
    const calls = await answered<Record<string, number>>(await fetch(`${this.#url}/_kthw/calls`));
    return Object.fromEntries(
      Object.entries(calls).flatMap(([call, count]) => {
        const kind = call.match(/^POST (?:\/global|\/regions\/[^/]+|\/zones\/[^/]+)\/([^/]+)$/)?.[1];
        return kind === undefined ? [] : [[kind, count]];
      }),
    );
  }

  /** Makes the next matching requests fail. */
  async fault(...faults: readonly object[]): Promise<void> {
    await answered(await fetch(`${this.#url}/_kthw/faults`, { method: 'POST', body: JSON.stringify(faults) }));
  }

  /** Injected faults that have not been triggered. */
  async faultsLeft(): Promise<readonly object[]> {
    return await answered(await fetch(`${this.#url}/_kthw/faults`));
  }

  /** @param path from after the project */
  async get<T>(path: string): Promise<T> {
    return await answered(await fetch(this.#at(path), { headers }));
  }

  /** Makes a manual change, as in the console, and waits for it. @param path from after the project */
  async change(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<void> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const operation = await answered<{ selfLink: string }>(await fetch(this.#at(path), { method, headers, ...sent }));
    await answered(await fetch(`${operation.selfLink}/wait`, { method: 'POST', headers }));
  }

  #at(path: string): string {
    return `${this.#url}/compute/v1/projects/${this.#project}/${path}`;
  }
}

interface Machine {
  readonly name: string;
  readonly metadata: { readonly items?: readonly { readonly key: string }[] };
}

const headers = { authorization: 'Bearer by-hand', 'content-type': 'application/json' };

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
];

async function answered<T>(response: Response): Promise<T> {
  if (!response.ok)
    throw new Error(
      `the Compute Engine emulator returned HTTP ${response.status} for ${response.url}: ${await response.text()}`,
    );
  return (await response.json()) as T;
}
