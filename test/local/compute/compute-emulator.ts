import { afterAll, beforeAll } from 'vitest';
import { InMemoryMachineBackend } from '../../../local/compute/in-memory-machine-backend.ts';
import {
  type ComputeEmulator,
  type ComputeEmulatorOptions,
  startComputeEmulator,
} from '../../../local/compute/start-compute-emulator.ts';

export interface Json {
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into by the test that asked
  [key: string]: any;
}
export interface Reply {
  readonly status: number;
  readonly body: Json;
}

/** An emulator without machines for the tests of one file or block; each test can use its own project. */
export function localCloud(options: Partial<ComputeEmulatorOptions> = {}) {
  const machines = new InMemoryMachineBackend();
  let cloud: ComputeEmulator;
  beforeAll(async () => {
    cloud = await startComputeEmulator({ operationDelayMs: 10, ...options, machines });
  });
  afterAll(() => cloud.close());

  /** Sends a request with the access token. @param path or a URL */
  function send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, authorization: `Bearer ${cloud.token}` };
    return fetch(path.startsWith('/') ? cloud.url + path : path, { ...init, headers });
  }

  async function ask(verb: string, path: string, body?: unknown): Promise<Reply> {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await send(path, { method: verb, ...sent });
    return { status: response.status, body: (await response.json()) as Json };
  }

  /** Sends requests in a project: `on('p')('GET', 'global/networks')`. */
  const on = (project: string) => (verb: string, path: string, body?: unknown) =>
    ask(verb, `/compute/v1/projects/${project}/${path}`.replace(/\/$/, ''), body);

  /** Sends a request and waits until its operation is done. */
  const done = (project: string) => async (verb: string, path: string, body?: unknown) => {
    let { status, body: operation } = await ask(verb, `/compute/v1/projects/${project}/${path}`, body);
    if (status !== 200) throw new Error(`${verb} ${path}: ${status} ${JSON.stringify(operation)}`);
    while (operation.status !== 'DONE')
      operation = (await ask('POST', new URL(`${operation.selfLink}/wait`).pathname, '""')).body;
    return operation;
  };

  return { machines, send, ask, on, done, url: () => cloud.url, token: () => cloud.token, faults: () => cloud.faults };
}

export const region = 'regions/us-central1';
export const zone = 'zones/us-central1-a';

/** Minimal insert bodies. */
export const bodies = {
  network: (name = 'net') => ({ name, autoCreateSubnetworks: false }),
  subnetwork: (name = 'sub', network = 'net', ipCidrRange = '10.240.0.0/24') => ({
    name,
    network: `global/networks/${network}`,
    ipCidrRange,
  }),
  firewall: (name = 'fw', network = 'net') => ({
    name,
    network: `global/networks/${network}`,
    allowed: [{ IPProtocol: 'tcp', ports: ['22'] }],
    sourceRanges: ['0.0.0.0/0'],
  }),
  instance: (name = 'vm', more: object = {}, nic: object = {}) => ({
    name,
    machineType: `${zone}/machineTypes/e2-standard-2`,
    disks: [
      {
        boot: true,
        autoDelete: true,
        initializeParams: { diskSizeGb: '20', sourceImage: 'projects/debian-cloud/global/images/family/debian-12' },
      },
    ],
    networkInterfaces: [
      { subnetwork: `${region}/subnetworks/sub`, accessConfigs: [{ type: 'ONE_TO_ONE_NAT' }], ...nic },
    ],
    ...more,
  }),
};
