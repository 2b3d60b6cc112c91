import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from './compute-emulator.ts';

const gcloudIsThere = await execa('gcloud', ['--version'], { reject: false }).then(({ failed }) => !failed);
if (!gcloudIsThere) {
  console.warn('SKIPPED: gcloud is not installed, so the Compute Engine emulator is not tested with it.');
}

/** Each gcloud call needs most of a second of CPU time, so a busy host needs a long timeout. */
const wholeRunMs = 900_000;

describe.skipIf(!gcloudIsThere)("the tutorial's gcloud commands", { timeout: wholeRunMs }, () => {
  const cloud = localCloud({ operationDelayMs: 40, waitTimeoutMs: 5_000 });
  let home: string;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'kthw-gcloud-'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  async function gcloud(command: string, environment: Record<string, string> = {}): Promise<string> {
    const { stdout } = await execa('gcloud', ['compute', ...words(command)], {
      env: {
        HOME: home,
        CLOUDSDK_CONFIG: home,
        CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: `${cloud.url()}/compute/v1/`,
        CLOUDSDK_AUTH_ACCESS_TOKEN: cloud.token(),
        CLOUDSDK_CORE_PROJECT: 'kthw-tutorial',
        CLOUDSDK_COMPUTE_REGION: 'us-central1',
        CLOUDSDK_COMPUTE_ZONE: 'us-central1-a',
        CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
        CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
        CLOUDSDK_SURVEY_DISABLE_PROMPTS: 'true',
        ...environment,
      },
    });
    return stdout;
  }
  const sideBySide = (commands: readonly string[]) => aFewAtATime(commands, (command) => gcloud(command));

  it('create, show and delete the network, instances, routes and load balancer', async () => {
    const created = await gcloud('networks create kubernetes-the-hard-way --subnet-mode custom');
    expect(created.split('\n').at(-1)).toMatch(/^kubernetes-the-hard-way +CUSTOM +REGIONAL/);
    const [subnet] = await sideBySide([
      'networks subnets create kubernetes --network kubernetes-the-hard-way --range 10.240.0.0/24',
      'addresses create kubernetes-the-hard-way --region us-central1',
    ]);
    expect(subnet).toMatch(/kubernetes +us-central1 +kubernetes-the-hard-way +10\.240\.0\.0\/24/);
    const [internal, external] = await sideBySide([
      'firewall-rules create kubernetes-the-hard-way-allow-internal --allow tcp,udp,icmp --network kubernetes-the-hard-way --source-ranges 10.240.0.0/24,10.200.0.0/16',
      'firewall-rules create kubernetes-the-hard-way-allow-external --allow tcp:22,tcp:6443,icmp --network kubernetes-the-hard-way --source-ranges 0.0.0.0/0',
      ...[0, 1, 2].map((i) => machine(`controller-${i}`, `10.240.0.1${i}`, 'controller', '')),
      ...[0, 1, 2].map((i) =>
        machine(`worker-${i}`, `10.240.0.2${i}`, 'worker', `--metadata pod-cidr=10.200.${i}.0/24 `),
      ),
    ]);
    expect(internal).toMatch(/allow-internal +kubernetes-the-hard-way +INGRESS +1000 +tcp,udp,icmp +False/);
    expect(external).toMatch(/allow-external +kubernetes-the-hard-way +INGRESS +1000 +tcp:22,tcp:6443,icmp +False/);

    const [rules, reserved, workers, natAddress, podRange] = await sideBySide([
      'firewall-rules list --filter="network:kubernetes-the-hard-way"',
      'addresses list --filter="name=(\'kubernetes-the-hard-way\')"',
      'instances list --filter="tags.items=(worker)" --format=json',
      "instances describe worker-0 --format 'value(networkInterfaces[0].accessConfigs[0].natIP)'",
      'instances describe worker-1 --format \'value[separator=" "](networkInterfaces[0].networkIP,metadata.items[0].value)\'',
    ]);
    expect(rules?.match(/kubernetes-the-hard-way-allow/g)).toHaveLength(2);
    expect(reserved).toMatch(/kubernetes-the-hard-way +127\.44\.\d+\.\d+ +EXTERNAL +us-central1 +RESERVED/);
    const listed = JSON.parse(workers ?? '') as { name: string; status: string; machineType: string }[];
    expect(listed.map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
      'worker-0 RUNNING',
      'worker-1 RUNNING',
      'worker-2 RUNNING',
    ]);
    expect(natAddress).toMatch(/^127\.44\.\d+\.\d+$/);
    expect(podRange).toBe('10.240.0.21 10.200.1.0/24');

    const [publicAddress] = await sideBySide([
      "addresses describe kubernetes-the-hard-way --region us-central1 --format 'value(address)'",
      'http-health-checks create kubernetes --description "Kubernetes Health Check" --host "kubernetes.default.svc.cluster.local" --request-path "/healthz"',
      'firewall-rules create kubernetes-the-hard-way-allow-health-check --network kubernetes-the-hard-way --source-ranges 209.85.152.0/22,209.85.204.0/22,35.191.0.0/16 --allow tcp',
      ...[0, 1, 2].map(
        (i) =>
          `routes create kubernetes-route-10-200-${i}-0-24 --network kubernetes-the-hard-way --next-hop-address 10.240.0.2${i} --destination-range 10.200.${i}.0/24`,
      ),
    ]);
    const routes = await gcloud('routes list --filter "network: kubernetes-the-hard-way"');
    expect(
      routes.match(
        /kubernetes-route-10-200-\d-0-24 +kubernetes-the-hard-way +10\.200\.\d\.0\/24 +10\.240\.0\.2\d +1000/g,
      ),
    ).toHaveLength(3);
    expect(routes).toMatch(
      /default-route-\w+ +kubernetes-the-hard-way +0\.0\.0\.0\/0 +\S+\/default-internet-gateway +1000/,
    );
    await gcloud('target-pools create kubernetes-target-pool --http-health-check kubernetes');
    await gcloud(
      'target-pools add-instances kubernetes-target-pool --instances controller-0,controller-1,controller-2',
    );
    await gcloud(
      `forwarding-rules create kubernetes-forwarding-rule --address ${publicAddress} --ports 6443 --region us-central1 --target-pool kubernetes-target-pool`,
    );
    expect(cloud.machines.networks.get('kubernetes-the-hard-way')?.externalAddresses).toContainEqual({
      kind: 'balancer',
      address: publicAddress,
      ports: [6443, 6443],
      targets: ['controller-0', 'controller-1', 'controller-2'],
      healthCheck: expect.objectContaining({
        host: 'kubernetes.default.svc.cluster.local',
        path: '/healthz',
        port: 80,
      }),
    });
    const health = await gcloud('target-pools get-health kubernetes-target-pool --format json');
    expect(health.match(/"healthState": "HEALTHY"/g)).toHaveLength(3);

    await expect(gcloud('-q networks delete kubernetes-the-hard-way')).rejects.toThrow(/is already being used by/);
    await sideBySide([
      '-q instances delete controller-0 controller-1 controller-2 worker-0 worker-1 worker-2 --zone us-central1-a',
      '-q forwarding-rules delete kubernetes-forwarding-rule --region us-central1',
      '-q firewall-rules delete kubernetes-the-hard-way-allow-internal kubernetes-the-hard-way-allow-external kubernetes-the-hard-way-allow-health-check',
      '-q routes delete kubernetes-route-10-200-0-0-24 kubernetes-route-10-200-1-0-24 kubernetes-route-10-200-2-0-24',
    ]);
    await gcloud('-q target-pools delete kubernetes-target-pool');
    await sideBySide([
      '-q http-health-checks delete kubernetes',
      '-q addresses delete kubernetes-the-hard-way',
      '-q networks subnets delete kubernetes',
    ]);
    await gcloud('-q networks delete kubernetes-the-hard-way');
    const left = await sideBySide(
      ['instances', 'disks', 'networks', 'addresses', 'routes', 'firewall-rules'].map(
        (kind) => `${kind} list --format json`,
      ),
    );
    expect(left).toEqual(left.map(() => '[]'));
    expect([...cloud.machines.networks.keys(), ...cloud.machines.machines.keys()]).toEqual([]);
  });

  it('read resources and change an instance, with single calls and batches', async () => {
    const batched = { CLOUDSDK_COMPUTE_FORCE_BATCH_REQUEST: 'true' };
    await gcloud('networks create other --subnet-mode custom', batched);
    await gcloud('networks subnets create other --network other --range 10.1.0.0/24', batched);
    const [three] = await sideBySide([
      'instances create a b --subnet other --machine-type f1-micro --image-family debian-12 --image-project debian-cloud --labels app=x',
      'zones list',
      'machine-types list --zones us-central1-a',
      'regions describe us-central1',
      'images describe-from-family ubuntu-1804-lts --project ubuntu-os-cloud',
      'images list',
    ]);
    expect(three).toMatch(/a +us-central1-a +f1-micro .*RUNNING/);
    await gcloud('instances stop a');
    await gcloud('instances set-machine-type a --machine-type e2-standard-2');
    await gcloud('instances start a', batched);
    await sideBySide([
      'instances add-tags a --tags x,y',
      'instances add-labels b --labels k=v',
      'instances add-metadata b --metadata m=1',
      'project-info describe',
    ]);
    expect(cloud.machines.machines.get('a')).toMatchObject({ limits: { cpus: 2 }, tags: ['x', 'y'], running: true });
    const [filtered, console] = await sideBySide([
      'instances list --filter="labels.k=v AND status=RUNNING" --format="value(name)"',
      'instances get-serial-port-output b',
      'operations list',
    ]);
    expect([filtered, console]).toEqual(['b', expect.stringContaining('b login:')]);
    await gcloud('-q instances delete a b');
    await gcloud('-q networks subnets delete other');
    await gcloud('-q networks delete other', batched);
  });
});

function machine(name: string, address: string, role: string, metadata: string): string {
  return (
    `instances create ${name} --async --boot-disk-size 200GB --can-ip-forward --image-family ubuntu-1804-lts ` +
    `--image-project ubuntu-os-cloud --machine-type n1-standard-1 ${metadata}--private-network-ip ${address} ` +
    '--scopes compute-rw,storage-ro,service-management,service-control,logging-write,monitoring ' +
    `--subnet kubernetes --tags kubernetes-the-hard-way,${role}`
  );
}

/** Splits a command line as a shell does, for the quotes in the tutorial. */
function words(command: string): string[] {
  return [...command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  );
}

/** Low concurrency: each gcloud call is a Python process that needs most of a core. */
async function aFewAtATime<T>(items: readonly string[], work: (item: string) => Promise<T>): Promise<T[]> {
  const results: T[] = new Array(items.length);
  const left = [...items.entries()];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all([worker(), worker(), worker()]);
  return results;
}
