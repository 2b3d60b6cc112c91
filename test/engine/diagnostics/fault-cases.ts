import { defaultVersion } from '../../../src/engine/cluster/default-version.ts';
import { type ErrorCode, KthwError } from '../../../src/engine/cluster/errors.ts';
import type { ClusterSpec, RecordValue } from '../../../src/store/records.ts';
import type { Store } from '../../../src/store/store.ts';
import { KeyringError } from '../../../src/store/vault/keyring-error.ts';
import { Secret } from '../../../src/store/vault/secret.ts';
import { buildSpec, type Process, type RunEnvironment } from '../../fakes/run-environment.ts';
import { typeCommand } from '../../fixtures/type-command.ts';

/** One way to follow the advice of a fault. */
export interface Alternative {
  /** Sentences and commands of the advice, in order. Commands start with a backtick and are executed. */
  readonly advice: readonly string[];
  /** What the sentences ask of a person or of Google. Executed before the last command. */
  fix?(environment: RunEnvironment, process: Process): unknown;
}

export interface FaultCase {
  readonly code: ErrorCode;
  readonly fault: string;
  /** A cluster that is ready before the fault. @default none: the fault occurs while it is created */
  readonly readyCluster?: Partial<ClusterSpec>;
  cause(environment: RunEnvironment): unknown;
  /** The request whose run has the fault. @default create */
  request?(process: Process, environment: RunEnvironment): Promise<object>;
  readonly alternatives: readonly [Alternative, ...Alternative[]];
}

export const gcpRef = { zone: 'us-west1-c', region: 'us-west1' } as const;
const { signal } = new AbortController();
export const buildCall = () => ({ requestId: `${Math.random()}`, signal });
const worker = 'demo-worker-0';
const doing = 'creating instance demo-worker-0';
const resume = '`/kthw resume demo`';
const upstream = 'https://dl.k8s.io/release/kubelet';
const clear = (environment: RunEnvironment) => environment.clearFaults();
const always = 100_000;

type VaultIndex = RecordValue<'dataKey'>['index'];

async function changeIndex(store: Store, change: (index: VaultIndex) => VaultIndex): Promise<void> {
  const found = await store.read('dataKey', 'demo');
  if (!found) throw new Error('there is no data key');
  await store.write('dataKey', 'demo', { ...found.value, index: change(found.value.index) }, found.version);
}

const deleteCluster: FaultCase['request'] = ({ clusterService }, { requester }) =>
  clusterService.deleteCluster('demo', requester, 'C1');

function failCompute(call: RegExp, error: KthwError) {
  return ({ compute }: RunEnvironment) =>
    compute.faults.plan({ call, when: 'before', times: always, error: () => error });
}

function failSsh(error: Error) {
  return ({ ssh }: RunEnvironment) =>
    ssh.faults.plan({ call: /^apply .* kubelet/, when: 'before', times: always, error: () => error });
}

function failKube(error: KthwError, call = /^GET \/readyz/) {
  return ({ kube }: RunEnvironment) => kube.faults.plan({ call, when: 'before', times: always, error: () => error });
}

function failDownload(reason: string) {
  return ({ ssh }: RunEnvironment) =>
    ssh.planExit(
      new RegExp(`^apply ${worker} downloads/${worker}`),
      { exitCode: 69, stderr: `download failed: ${upstream}: ${reason}\n` },
      always,
    );
}

/** Does something to the worker's instance while its kubelet is installed. */
function changeWorker(change: (environment: RunEnvironment) => unknown) {
  return (environment: RunEnvironment) =>
    environment.ssh.faults.intercept(/^write demo-worker-0 kubelet/, async () => {
      await change(environment);
    });
}

async function deleteWorker({ compute }: RunEnvironment): Promise<void> {
  await compute.instances.delete({ ...gcpRef, name: worker }, buildCall());
}

async function recreateWorker(environment: RunEnvironment): Promise<void> {
  const found = await environment.compute.instances.get({ ...gcpRef, name: worker }, signal);
  if (!found) throw new Error(`there is no instance ${worker}`);
  await deleteWorker(environment);
  await environment.compute.instances.insert(found, buildCall());
  await environment.clock.sleep(60_000, signal);
}

async function insertForeign({ compute }: RunEnvironment, kind: 'instances' | 'firewalls', fields: object) {
  const resource = { ...gcpRef, description: '', labels: {}, network: 'demo', ...fields };
  await compute[kind].insert(resource as never, buildCall());
}

async function blockDrain(environment: RunEnvironment): Promise<void> {
  await setBudget(environment, 2);
  await deployReplicas(environment, 'web', 2);
}

/** Creates pods that the budget counts. */
async function deployReplicas(environment: RunEnvironment, name: string, replicas: number): Promise<void> {
  const api = await connectToApi(environment);
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ image: 'web' }] } };
  const object = { kind: 'Deployment', metadata: { name }, spec: { replicas, template } };
  await api.apply(`/apis/apps/v1/namespaces/shop/deployments/${name}`, object, signal);
  await environment.clock.sleep(10_000, signal);
}

async function setBudget(environment: RunEnvironment, minAvailable: number): Promise<void> {
  const api = await connectToApi(environment);
  await api.apply('/api/v1/namespaces/shop', { kind: 'Namespace' }, signal);
  const spec = { minAvailable, selector: { matchLabels: { app: 'web' } } };
  const object = { kind: 'PodDisruptionBudget', metadata: { name: 'web' }, spec };
  await api.apply('/apis/policy/v1/namespaces/shop/poddisruptionbudgets/web', object, signal);
}

async function connectToApi({ kube, compute }: RunEnvironment) {
  const address = compute.listInstances().find(({ name }) => name === 'demo-controller-0')?.externalAddress ?? '';
  return kube.connect({ address, caCertificate: '', certificate: '', key: new Secret('') });
}

/** Errors that Compute Engine returns again and again until its cause is removed. */
const computeFaults = (
  [
    [new KthwError('rate-limited', { doing }), ['wait a few minutes']],
    [new KthwError('cloud-unavailable', { doing, status: 503 }), ['check https://status.cloud.google.com']],
    [new KthwError('outcome-unknown', { doing }), ['check https://status.cloud.google.com']],
    [new KthwError('operation-slow', { doing, minutes: 10 }), ['check https://status.cloud.google.com']],
    [new KthwError('not-ready', { doing }), ['wait until its pending operation is done']],
    [new KthwError('not-there-yet', { step: worker }), ['find the cause with', '`/kthw doctor demo`']],
    [new KthwError('cloud-denied', { doing }), ['grant the service account the role `kthwCompute`']],
    [
      new KthwError('policy-denied', { doing, constraint: 'compute.vmExternalIpAccess' }),
      [
        'ask the administrator of your Google Cloud organization to',
        'allow external IP addresses for instances in this project',
      ],
    ],
    [
      new KthwError('api-disabled', { doing, api: 'compute.googleapis.com' }),
      ['run', '`gcloud services enable compute.googleapis.com`', 'wait a few minutes'],
    ],
    [new KthwError('billing-disabled', { doing }), ['link a billing account to the project']],
    [new KthwError('cloud-invalid', { doing }), ['fix the cause that Compute Engine reports']],
  ] as const
).map(
  ([error, sentences]): FaultCase => ({
    code: error.code,
    fault: `Compute Engine returns ${error.code}`,
    cause: failCompute(/^insert instances demo-worker-0/, error),
    alternatives: [{ advice: [...sentences, resume], fix: clear }],
  }),
);

function recreateCluster(flags: string): NonNullable<Alternative['fix']> {
  return async (environment, process) => {
    environment.clearFaults();
    await environment.finishRun(process.clusterService.deleteCluster('demo', environment.requester, 'C1'));
    await typeCommand(`/kthw create demo ${flags}`, process, environment);
  };
}

/** Errors of an instance that last until a person removes their cause. */
const instanceFaults = (
  [
    [
      failSsh(new KthwError('ssh-unreachable', { host: worker })),
      'ssh-unreachable',
      'check that the instance is running',
    ],
    [failSsh(new KthwError('ssh-cut', { host: worker, doing })), 'ssh-cut', 'check that the instance is running'],
    [
      failSsh(new KthwError('ssh-denied', { host: worker })),
      'ssh-denied',
      'check the `ssh-keys` metadata of the instance',
    ],
    [failSsh(new KthwError('disk-full', { host: worker, doing })), 'disk-full', 'free disk space on the instance'],
    [failDownload('checksum mismatch'), 'checksum', 'check what the mirror serves for this URL'],
    [failDownload('HTTP 503'), 'download-failed', 'check that the instance can reach this URL'],
    [
      ({ ssh }: RunEnvironment) => ssh.planExit(/^apply .* downloads\/packages/, { exitCode: 100 }, always),
      'command-failed',
      'fix the cause on the instance',
    ],
  ] as const
).map(
  ([cause, code, sentence]): FaultCase => ({
    code,
    fault: `an instance has the fault ${code}`,
    cause,
    alternatives: [{ advice: [sentence, resume], fix: clear }],
  }),
);

/** Errors whose cause `/kthw doctor` shows. */
const diagnosedFaults = (
  [
    ['deadline', failSsh(new KthwError('deadline', { host: worker, doing, seconds: 30 }))],
    ['not-healthy', failKube(new KthwError('not-healthy', { what: 'the API server' }), /^APPLY .*smoke/)],
    ['api-unreachable', failKube(new KthwError('api-unreachable', { address: '35.0.0.1' }))],
    ['api-refused', failKube(new KthwError('api-refused', { doing: 'reading nodes', status: 503 }), /^APPLY .*smoke/)],
    ['check-failed', failKube(new KthwError('check-failed', { what: 'pods' }), /^APPLY .*smoke/)],
  ] as const
).map(
  ([code, cause]): FaultCase => ({
    code,
    fault: `a check fails with ${code}`,
    cause,
    alternatives: [{ advice: ['find the cause with', '`/kthw doctor demo`', resume], fix: clear }],
  }),
);

/** Waits that reach their time limit, by what the wait advises. */
const waitFaults = (
  [
    [
      'the load balancer reports an unhealthy control plane node',
      (environment) => {
        const { getInstanceHealth } = environment.compute;
        environment.compute.getInstanceHealth = () => 'UNHEALTHY';
        return () => Object.assign(environment.compute, { getInstanceHealth });
      },
      ['find the cause with', '`/kthw doctor demo`'],
    ],
    [
      'a node is not ready',
      ({ kube }) => {
        kube.unreadyNodes.set(worker, 'PLEG is not healthy');
        return () => kube.unreadyNodes.clear();
      },
      ['fix what the nodes report (`kubectl describe nodes`)'],
    ],
    [
      'a node does not register',
      ({ kube }) => {
        kube.responses.set(`/api/v1/nodes/${worker}`, { status: 404, body: {} });
        return () => kube.responses.clear();
      },
      ['fix what `journalctl -u kubelet` shows on demo-worker-0'],
    ],
    [
      'an instance does not report host keys',
      ({ compute }) => {
        const { getHostKeys } = compute;
        compute.getHostKeys = async () => [];
        return () => Object.assign(compute, { getHostKeys });
      },
      ['fix what `gcloud compute instances get-serial-port-output demo-controller-0 --zone us-west1-c` shows'],
    ],
  ] as const satisfies readonly (readonly [string, (environment: RunEnvironment) => () => unknown, readonly string[]])[]
).map(([fault, start, sentences]): FaultCase => {
  let stop: () => unknown = () => {};
  return {
    code: 'wait-timeout',
    fault,
    cause: (environment) => {
      stop = start(environment);
    },
    alternatives: [{ advice: [...sentences, resume], fix: () => stop() }],
  };
});

const deletionFaults: readonly FaultCase[] = (
  [
    [
      'an instance of another owner is in the network',
      (environment) =>
        insertForeign(environment, 'instances', { name: 'jumpbox', subnetwork: 'demo-subnet', metadata: {} }),
      {
        advice: ['delete or move the resources that use the network or the address', resume],
        fix: ({ compute }) => compute.instances.delete({ ...gcpRef, name: 'jumpbox' }, buildCall()),
      },
    ],
    [
      'a firewall rule of another owner is in the network',
      (environment) => insertForeign(environment, 'firewalls', { name: 'let-me-in', allow: [], sourceRanges: [] }),
      {
        advice: ['delete or move the resources that use the network or the address', resume],
        fix: ({ compute }) => compute.firewalls.delete({ name: 'let-me-in' }, buildCall()),
      },
    ],
    [
      'the network has a peering',
      ({ compute }) => compute.tamper('networks', 'demo', { peerings: ['to-shop'] }),
      { advice: ['run', '`gcloud compute networks peerings delete to-shop --network demo`', resume] },
    ],
    [
      'an instance is protected against deletion',
      ({ compute }) => compute.tamper('instances', worker, { deletionProtection: true }),
      {
        advice: [
          'run',
          '`gcloud compute instances update demo-worker-0 --zone us-west1-c --no-deletion-protection`',
          resume,
        ],
      },
    ],
    [
      'a target pool of another owner uses the health check',
      ({ compute }) =>
        compute.targetPools.insert(
          { name: 'shop', region: 'us-west1', description: '', healthCheck: 'demo', instances: [] } as never,
          buildCall(),
        ),
      {
        advice: [
          'run',
          '`gcloud compute target-pools remove-health-checks shop --region us-west1 --http-health-check demo`',
          resume,
        ],
      },
    ],
  ] as const satisfies readonly (readonly [string, FaultCase['cause'], Alternative])[]
).map(([fault, cause, alternative]) => ({
  code: 'deletion-blocked' as const,
  fault,
  readyCluster: {},
  cause,
  request: deleteCluster,
  alternatives: [alternative],
}));

export const faultCases: readonly FaultCase[] = [
  ...computeFaults,
  ...instanceFaults,
  ...diagnosedFaults,
  ...deletionFaults,
  {
    code: 'quota',
    fault: 'a quota is exceeded',
    cause: failCompute(/^insert instances/, new KthwError('quota', { doing })),
    alternatives: [
      { advice: ['request more quota from Google', resume], fix: clear },
      { advice: ['delete unused resources', resume], fix: clear },
    ],
  },
  {
    code: 'zone-exhausted',
    fault: 'a zone has no capacity',
    cause: ({ compute }) =>
      compute.faults.plan({
        call: /^insert instances demo-worker-0/,
        when: 'before',
        times: always,
        error: () => new KthwError('zone-exhausted', { doing, zone: gcpRef.zone }),
      }),
    alternatives: [
      { advice: ['try', resume, 'later'], fix: clear },
      { advice: ['delete the cluster', 'create it in another zone'], fix: recreateCluster('--zone us-west1-a') },
    ],
  },
  {
    code: 'in-use',
    fault: 'Google says that a resource is in use, without its user',
    readyCluster: {},
    cause: failCompute(/^delete networks demo/, new KthwError('in-use', { doing: 'deleting network demo' })),
    request: deleteCluster,
    alternatives: [{ advice: ['delete the resource that uses it', resume], fix: clear }],
  },
  {
    code: 'conflict',
    fault: 'an instance loses its label during a resize',
    readyCluster: { workers: 1 },
    cause: ({ compute }) =>
      compute.faults.intercept(/^stop instances demo-controller-0/, async () =>
        compute.tamper('instances', worker, { labels: {} }),
      ),
    request: ({ clusterService }, { requester }) =>
      clusterService.resizeCluster('demo', { machineType: 'e2-standard-4', requester, channel: 'C1' }),
    alternatives: [
      {
        advice: ['fix', resume],
        fix: ({ compute }) => compute.tamper('instances', worker, { labels: { 'kthw-cluster': 'demo' } }),
      },
      { advice: ['delete the resource', resume], fix: deleteWorker },
    ],
  },
  ...waitFaults,
  {
    code: 'no-progress',
    fault: 'a run stops again and again without progress',
    cause: () => {},
    async request(process, environment) {
      const { requester, store } = environment;
      const stopped = environment.createProcess();
      await stopped.stop();
      const result = await stopped.clusterService.createCluster({ spec: buildSpec(), requester, channel: 'C1' });
      if (!('run' in result)) throw new Error(`no run was started: ${JSON.stringify(result)}`);
      for (let i = 0; i < 10; i++) await store.append(result.run, [{ type: 'run.claimed', runner: `runner-${i}` }]);
      await process.start();
      return result;
    },
    alternatives: [{ advice: ['see the log of the bot for the cause', resume] }],
  },
  {
    code: 'instance-missing',
    fault: 'an instance is deleted during the run',
    cause: changeWorker(deleteWorker),
    alternatives: [{ advice: ['recreate it with', '`/kthw rebuild demo --from workers`'] }],
  },
  {
    code: 'instance-replaced',
    fault: 'an instance is recreated during the run',
    // Before the first SSH connection to it.
    cause: (environment) =>
      environment.compute.faults.intercept(/^hostKeys demo-worker-0/, () => recreateWorker(environment)),
    alternatives: [{ advice: ['set it up with', '`/kthw rebuild demo --from workers`'] }],
  },
  {
    code: 'instance-stopped',
    fault: 'an instance is stopped during the run',
    cause: changeWorker(({ compute }) => compute.stopInstance({ ...gcpRef, name: worker }, buildCall())),
    alternatives: [
      { advice: ['start it with', '`gcloud compute instances start demo-worker-0 --zone us-west1-c`', resume] },
    ],
  },
  {
    code: 'ssh-host-key',
    fault: 'another host has the address of an instance',
    cause: changeWorker(({ ssh }) => ssh.impersonated.add(worker)),
    alternatives: [{ advice: ['find out which host has this address', resume], fix: clear }],
  },
  {
    code: 'ssh-host-key',
    fault: 'an instance is recreated between two SSH sessions',
    cause: changeWorker(recreateWorker),
    alternatives: [{ advice: ['if the instance was recreated, delete it', resume], fix: deleteWorker }],
  },
  {
    code: 'download-missing',
    fault: 'a file is missing from the mirror',
    cause: failDownload('HTTP 404'),
    alternatives: [
      { advice: ['make the file available', resume], fix: clear },
      {
        advice: ['delete the cluster', 'create it with an available `--version`'],
        fix: recreateCluster(`--version ${defaultVersion}`),
      },
    ],
  },
  {
    code: 'etcd-data-lost',
    fault: 'an etcd member has lost its data',
    cause: ({ ssh }) => ssh.planExit(/^apply demo-controller-0 etcd/, { exitCode: 66 }),
    alternatives: [
      {
        advice: ['recreate etcd with', '`/kthw rebuild demo --from etcd`', 'this deletes all Kubernetes objects'],
      },
    ],
  },
  {
    code: 'image-unavailable',
    fault: 'an image can’t be pulled',
    cause: ({ kube }) => kube.missingImages.add('coredns'),
    alternatives: [{ advice: ['make the image pullable', resume, 'all other steps continue'], fix: clear }],
  },
  {
    code: 'drain-blocked',
    fault: 'a PodDisruptionBudget blocks a drain',
    readyCluster: { workers: 2 },
    cause: blockDrain,
    request: ({ clusterService }, { requester }) =>
      clusterService.scaleCluster('demo', { workers: 1, requester, channel: 'C1' }),
    alternatives: [
      {
        advice: ['relax the budget', resume, 'the node accepts pods until then'],
        fix: (environment) => setBudget(environment, 0),
      },
      { advice: ['add replicas', resume], fix: (environment) => deployReplicas(environment, 'more', 1) },
    ],
  },
  {
    code: 'keyring-refused',
    fault: 'the key can’t be used',
    cause: failSsh(new KeyringError('the key is disabled', 'enable the key')),
    alternatives: [{ advice: ['enable the key', resume], fix: clear }],
  },
  {
    code: 'secret-unreadable',
    fault: 'the index of the vault was changed in the store',
    readyCluster: {},
    cause: ({ store }) =>
      changeIndex(store, ({ mac, ...index }) => ({ ...index, mac: [...mac].toReversed().join('') })),
    request: ({ clusterService }, { requester }) => clusterService.runSmokeTest('demo', requester, 'C1'),
    alternatives: [
      {
        advice: ['find out who changed the store', 'restore it from a backup', resume],
        fix: ({ store }) =>
          changeIndex(store, ({ mac, ...index }) => ({ ...index, mac: [...mac].toReversed().join('') })),
      },
    ],
  },
  {
    code: 'output-unconfirmed',
    fault: 'the store has a host key of which the vault has none',
    readyCluster: { workers: 1 },
    cause: () => {},
    async request({ clusterService }, { requester, store }) {
      const answer = await clusterService.scaleCluster('demo', { workers: 2, requester, channel: 'C1' });
      const name = 'host-keys/demo-worker-1';
      const outputs = [{ name, value: ['ssh-ed25519 AAAAattacker'] }];
      if ('run' in answer)
        await store.append(answer.run, [
          { type: 'step.finished', step: 'ssh-host-keys/demo-worker-1', outcome: 'applied', outputs },
        ]);
      return answer;
    },
    alternatives: [{ advice: ['find out who changed the store', '`/kthw rebuild demo --from controllers`'] }],
  },
  {
    code: 'preflight',
    fault: 'a quota is too small',
    cause: ({ compute }) => Object.assign(compute.quotaLimits, { CPUS: 1 }),
    alternatives: [
      {
        advice: ['fix these problems', '`/kthw create demo`', 'again; nothing was created'],
        fix: ({ compute }) => Object.assign(compute.quotaLimits, { CPUS: 500 }),
      },
    ],
  },
  {
    code: 'cancelled',
    fault: 'a user cancels the run',
    cause: () => {},
    async request({ clusterService }, { requester, clock }) {
      const result = await clusterService.createCluster({ spec: buildSpec(), requester, channel: 'C1' });
      await clock.sleep(20_000, signal);
      await clusterService.cancelRun('demo', requester);
      return result;
    },
    alternatives: [{ advice: ['run', resume, 'to continue'] }],
  },
  {
    code: 'bug',
    fault: 'kthw has an internal error',
    cause: failSsh(new TypeError('x is not a function')),
    alternatives: [{ advice: ['report it with the log of this run', 'retry with', resume], fix: clear }],
  },
];
