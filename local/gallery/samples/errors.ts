import {
  renderConflictCard,
  renderDeferredCard,
  renderFailureCard,
  renderRetryCard,
} from '../../../src/commands/messages/step-error-cards.ts';
import { type ErrorCode, KthwError, toStepError } from '../../../src/engine/cluster/errors.ts';
import type { StepError } from '../../../src/store/step-error.ts';
import { ada, channel, getSampleTime, spec } from './fixtures.ts';
import { createMessageSamples, type Sample } from './sample.ts';
import { simulateRun } from './simulate-run.ts';

const doing = 'machine demo-worker-2 (e2-standard-2, 10.240.0.22)';
const host = 'demo-controller-1';
const detail = "Quota 'CPUS' exceeded.  Limit: 8.0 in region us-west1.";

/** One of every kind that people can meet: a new one in the catalogue does not compile until it is here. */
const errors: { readonly [C in ErrorCode]: KthwError<C> } = {
  'rate-limited': new KthwError('rate-limited', { doing }),
  'cloud-unavailable': new KthwError('cloud-unavailable', { doing, status: 503 }),
  'outcome-unknown': new KthwError('outcome-unknown', { doing }),
  'not-ready': new KthwError('not-ready', { doing }),
  'operation-slow': new KthwError('operation-slow', { doing, minutes: 10 }),
  'not-there-yet': new KthwError('not-there-yet', { step: 'target pool demo' }),
  'cloud-denied': new KthwError(
    'cloud-denied',
    { doing },
    { detail: "Required 'compute.instances.create' permission" },
  ),
  quota: new KthwError('quota', { doing }, { detail }),
  'zone-exhausted': new KthwError(
    'zone-exhausted',
    { doing, zone: 'us-west1-c' },
    { detail: 'ZONE_RESOURCE_POOL_EXHAUSTED' },
  ),
  'in-use': new KthwError('in-use', { doing: 'network demo' }),
  'cloud-invalid': new KthwError('cloud-invalid', { doing }, { detail: "Invalid value for field 'resource.name'" }),
  conflict: new KthwError('conflict', { what: 'firewall rule demo-allow-internal' }),
  'ssh-unreachable': new KthwError('ssh-unreachable', { host }),
  'ssh-cut': new KthwError('ssh-cut', { host, doing: 'installing etcd' }),
  'ssh-denied': new KthwError('ssh-denied', { host }),
  'ssh-host-key': new KthwError('ssh-host-key', { host }),
  deadline: new KthwError('deadline', { host, doing: 'installing etcd', seconds: 60 }),
  'command-failed': new KthwError('command-failed', { host, doing: 'starting etcd', exitCode: 1 }),
  'disk-full': new KthwError('disk-full', { host, doing: 'writing etcd' }),
  checksum: new KthwError('checksum', { host, url: 'https://dl.k8s.io/v1.34.2/bin/linux/amd64/kubelet' }),
  'etcd-data-lost': new KthwError('etcd-data-lost', { host }),
  'not-healthy': new KthwError('not-healthy', { what: 'etcd' }),
  'image-unavailable': new KthwError('image-unavailable', { image: 'registry.k8s.io/coredns/coredns:v1.12.4' }),
  'api-unreachable': new KthwError('api-unreachable', { address: '203.0.113.7' }),
  'api-refused': new KthwError('api-refused', { doing: 'reading the nodes', status: 503 }),
  'check-failed': new KthwError('check-failed', { what: 'a node port from another machine' }),
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
const { view } = simulateRun({ operation: 'create', spec, actor: ada, channel, untilSec: 30 });

/** A card for every fault: those that pass by themselves are told as such. */
export const errorSamples: readonly Sample[] = [
  ...createMessageSamples(
    'Troubles',
    'message',
    Object.fromEntries(
      (Object.keys(errors) as ErrorCode[]).map((code) => {
        const error = createSampleError(code);
        if (error.kind === 'transient')
          return [`still trying: ${code}`, renderRetryCard(view, step, error, 5, getSampleTime(90))];
        if (error.kind === 'deferred') return [`left for later: ${code}`, renderDeferredCard(view, 'dns/ready', error)];
        return [`stopped: ${code}`, renderFailureCard(view, step, error)];
      }),
    ),
  ),
  ...createMessageSamples('Troubles', 'message', {
    'exists and differs': renderConflictCard(view, 'firewall/demo-allow-external', [
      { field: 'source ranges', desired: '0.0.0.0/0', actual: '10.0.0.0/8' },
      { field: 'allowed', desired: 'icmp, tcp:6443', actual: 'icmp' },
    ]),
  }),
];
