import { type ErrorCode, KthwError, toStepError } from '../../../src/engine/cluster/errors.ts';
import type { StepError } from '../../../src/store/step-error.ts';
import { getSampleTime, imageUnavailable, quotaExceeded, sshUnreachable } from './fixtures.ts';
import { runs } from './runs.ts';
import type { SampleCatalogue } from './sample.ts';

const doing = 'instance demo-worker-2 (e2-standard-2, 10.240.0.22)';
const host = 'demo-controller-1';
const download = { version: '1.34.2', url: 'https://dl.k8s.io/release/v1.34.2/bin/linux/amd64/kubelet' };
const detail = "Quota 'CPUS' exceeded.  Limit: 8.0 in region us-west1.";

/** One error per code: a new error code without an example doesn't compile. */
const errors: { readonly [C in ErrorCode]: KthwError<C> } = {
  'rate-limited': new KthwError('rate-limited', { doing }),
  'cloud-unavailable': new KthwError('cloud-unavailable', { doing, status: 503 }),
  'outcome-unknown': new KthwError('outcome-unknown', { doing }),
  'not-ready': new KthwError('not-ready', { doing }),
  'operation-slow': new KthwError('operation-slow', { doing, minutes: 10 }),
  'not-there-yet': new KthwError('not-there-yet', { step: 'target pool demo' }),
  'wait-timeout': new KthwError(
    'wait-timeout',
    { step: 'all nodes Ready', minutes: 5, remedy: 'fix what the nodes report (`kubectl describe nodes`)' },
    { detail: 'node demo-worker-2: KubeletNotReady: cni plugin not initialized' },
  ),
  'cloud-denied': new KthwError(
    'cloud-denied',
    { doing },
    { detail: "Required 'compute.instances.create' permission" },
  ),
  'policy-denied': new KthwError(
    'policy-denied',
    { doing, constraint: 'compute.vmExternalIpAccess' },
    {
      detail:
        'Constraint constraints/compute.vmExternalIpAccess violated for project 123456789. Add instance projects/p/zones/us-west1-c/instances/demo-worker-2 to the constraint to use external IP with it.',
    },
  ),
  'api-disabled': new KthwError('api-disabled', { doing, api: 'compute.googleapis.com' }),
  'billing-disabled': new KthwError('billing-disabled', { doing }),
  quota: new KthwError('quota', { doing }, { detail }),
  'zone-exhausted': new KthwError(
    'zone-exhausted',
    { doing, zone: 'us-west1-c' },
    { detail: 'ZONE_RESOURCE_POOL_EXHAUSTED' },
  ),
  'in-use': new KthwError('in-use', { doing: 'network demo' }),
  'deletion-blocked': new KthwError('deletion-blocked', {
    blockers: [
      {
        description: 'instance jumpbox in us-west1-a uses network demo',
        remedy: 'delete or move the resources that use the network or the address',
      },
    ],
  }),
  'cloud-invalid': new KthwError('cloud-invalid', { doing }, { detail: "Invalid value for field 'resource.name'" }),
  conflict: new KthwError('conflict', { what: 'firewall rule demo-allow-internal' }),
  'instance-missing': new KthwError('instance-missing', {
    name: 'demo-worker-1',
    cluster: 'demo',
    phase: 'workers',
  }),
  'instance-replaced': new KthwError('instance-replaced', {
    name: 'demo-worker-1',
    cluster: 'demo',
    phase: 'workers',
  }),
  'instance-stopped': new KthwError('instance-stopped', {
    name: 'demo-worker-1',
    zone: 'us-west1-c',
    status: 'TERMINATED',
  }),
  'no-progress': new KthwError('no-progress', { attempts: 10 }),
  'ssh-unreachable': new KthwError('ssh-unreachable', { host }),
  'ssh-cut': new KthwError('ssh-cut', { host, doing: 'installing etcd' }),
  'ssh-denied': new KthwError('ssh-denied', { host }),
  'ssh-host-key': new KthwError('ssh-host-key', { host }),
  deadline: new KthwError('deadline', { host, doing: 'installing etcd', seconds: 60 }),
  'command-failed': new KthwError('command-failed', { host, doing: 'starting etcd', exitCode: 1 }),
  'disk-full': new KthwError('disk-full', { host, doing: 'writing etcd' }),
  checksum: new KthwError('checksum', { host, url: download.url }),
  'download-missing': new KthwError('download-missing', { ...download, host, reason: 'HTTP 404', otherFiles: 2 }),
  'download-failed': new KthwError('download-failed', { ...download, reason: 'HTTP 503', otherFiles: 0 }),
  'etcd-data-lost': new KthwError('etcd-data-lost', { host, cluster: 'demo' }),
  'not-healthy': new KthwError('not-healthy', { what: 'etcd' }),
  'image-unavailable': new KthwError('image-unavailable', { image: 'registry.k8s.io/coredns/coredns:v1.12.4' }),
  'api-unreachable': new KthwError('api-unreachable', { address: '203.0.113.7' }),
  'api-refused': new KthwError('api-refused', { doing: 'reading the nodes', status: 503 }),
  'drain-blocked': new KthwError('drain-blocked', {
    node: 'demo-worker-2',
    pod: 'shop/web-1',
    budget: 'shop/web',
    minutes: 5,
  }),
  'check-failed': new KthwError('check-failed', { what: 'a node port from another node' }),
  'secret-unreadable': new KthwError('secret-unreadable', {
    problem: 'opening secret "ca" of "demo": damaged, outdated, moved, or encrypted with another key',
  }),
  'output-unconfirmed': new KthwError('output-unconfirmed', { output: 'host-keys/demo-worker-0', cluster: 'demo' }),
  'keyring-refused': new KthwError('keyring-refused', {
    problem: 'the key that protects this cluster’s secrets is disabled',
    remedy: 'enable it in Cloud KMS',
  }),
  preflight: new KthwError('preflight', {
    problems: ['24 CPUs are needed and 8 are left in us-west1', 'the pods’ range overlaps with network “default”'],
  }),
  cancelled: new KthwError('cancelled', {}),
  bug: new KthwError('bug', { doing: 'certificate admin' }),
};

export function createSampleError(code: ErrorCode): StepError {
  return toStepError(errors[code], code);
}

const step = 'workers/demo-worker-2';
const { view } = runs.creating;
const liveErrors = (Object.keys(errors) as ErrorCode[]).map((code) => ({ code, error: createSampleError(code) }));
const isRetried = ({ error }: { readonly error: StepError }) => error.kind === 'transient';
const isDeferred = ({ error }: { readonly error: StepError }) => error.kind === 'deferred';

/** Cards for errors of steps. The live states show every error of the catalogue. */
export const errorSamples = {
  renderFailedStepErrorCard: {
    group: 'Step errors',
    surface: 'message',
    states: {
      failed: [view, step, quotaExceeded, 1],
      'gave up': [view, 'host-keys/demo-worker-1', sshUnreachable, 12],
      cancelled: [
        view,
        step,
        { code: 'cancelled', kind: 'cancelled', message: 'cancelled by a user', remedy: '`/kthw resume` continues' },
        1,
      ],
    },
    liveStates: Object.fromEntries(
      liveErrors
        .filter((one) => !isDeferred(one))
        .map(({ code, error }) => [`failed: ${code}`, [view, step, error, 12] as const]),
    ),
  },
  renderRetriedStepErrorCard: {
    group: 'Step errors',
    surface: 'message',
    states: { retrying: [view, 'host-keys/demo-worker-1', sshUnreachable, 5, getSampleTime(90)] },
    liveStates: Object.fromEntries(
      liveErrors
        .filter(isRetried)
        .map(({ code, error }) => [`retrying: ${code}`, [view, step, error, 5, getSampleTime(90)] as const]),
    ),
  },
  renderDeferredStepErrorCard: {
    group: 'Step errors',
    surface: 'message',
    states: { deferred: [view, 'dns/runs', imageUnavailable] },
    liveStates: Object.fromEntries(
      liveErrors.filter(isDeferred).map(({ code, error }) => [`deferred: ${code}`, [view, 'dns/runs', error] as const]),
    ),
  },
  renderConflictCard: {
    group: 'Step errors',
    surface: 'message',
    states: {
      conflict: [
        view,
        'firewall/demo-allow-external',
        [
          { field: 'source ranges', desired: '0.0.0.0/0', actual: '10.0.0.0/8' },
          { field: 'allowed', desired: 'icmp, tcp:6443', actual: 'icmp' },
        ],
      ],
    },
  },
} satisfies Partial<SampleCatalogue>;
