import { md } from '../../../src/commands/messages/markdown.ts';
import { ada, createStatus, demoStatus, grace, spec } from './fixtures.ts';
import { runs } from './runs.ts';
import type { SampleCatalogue } from './sample.ts';
import { simulationStart } from './simulate-run.ts';

const differences = [
  { field: 'workers', desired: '5', actual: '3' },
  { field: 'machine type', desired: 'e2-standard-4', actual: 'e2-standard-2' },
];
const deleteButtonIds = { confirm: 'delete.confirm', cancel: 'delete.cancel' };

const missingParts = [
  {
    kind: 'instanceStopped',
    problem: 'demo-worker-0 is not running (TERMINATED)',
    repair: 'gcloud compute instances start demo-worker-0 --zone us-west1-c',
  },
  { kind: 'instanceMissing', problem: 'demo-worker-1 is missing', repair: '/kthw rebuild demo --from workers' },
] as const;

/** Ephemeral replies to commands and buttons. */
export const replySamples = {
  renderDeleteConfirmation: {
    group: 'Delete',
    surface: 'ephemeral',
    states: {
      confirmation: [demoStatus, deleteButtonIds],
      'of one instance': [createStatus({ spec: { ...spec, controllers: 1, workers: 0 } }), deleteButtonIds],
      'stops a run': [{ ...demoStatus, latestRun: runs.creating.view }, deleteButtonIds],
      blocked: [
        demoStatus,
        deleteButtonIds,
        [
          {
            name: 'jumpbox',
            description: 'instance jumpbox in us-west1-a uses network demo',
            remedy: 'delete or move the resources that use the network or the address',
          },
          {
            name: 'demo-worker-0',
            description: 'instance demo-worker-0 is protected against deletion',
            remedy: 'run `gcloud compute instances update demo-worker-0 --zone us-west1-c --no-deletion-protection`',
          },
        ],
      ],
    },
  },
  renderDeleteCancelled: { group: 'Delete', surface: 'ephemeral', states: { cancelled: ['demo'] } },
  renderDeleteModalOpened: { group: 'Delete', surface: 'ephemeral', states: { 'dialog opened': ['demo'] } },
  renderDeleteModal: {
    group: 'Delete',
    surface: 'modal',
    states: {
      dialog: ['demo', { id: 'delete.confirmName', block: 'name', value: { cluster: 'demo', channel: 'C0CLUSTER' } }],
      'dialog, stops a run': [
        'demo',
        { id: 'delete.confirmName', block: 'name', value: { cluster: 'demo', channel: 'C0CLUSTER' } },
        { run: 'r0', operation: 'scale', requester: ada, donePercent: 54 },
      ],
    },
  },
  renderDenial: {
    group: 'Denied',
    surface: 'ephemeral',
    states: {
      'channel not enabled': [{ reason: 'channel', allowedChannels: ['C0CLUSTER'] }],
      'person of another organization': [{ reason: 'foreign-team' }],
      guest: [{ reason: 'guest' }],
      'too many clusters': [{ reason: 'budget', problem: { limit: 'clusters', max: 5 } }],
      'too many vCPUs': [{ reason: 'budget', problem: { limit: 'vcpus', max: 64, total: 72 } }],
      'machine series not allowed': [
        {
          reason: 'budget',
          problem: { limit: 'machineFamilies', machineType: 'c3-standard-4', allowed: ['e2', 'n2'] },
        },
      ],
      'TTL too long': [{ reason: 'budget', problem: { limit: 'maxTtl', maxTtlMs: 172_800_000 } }],
      'TTL required': [{ reason: 'budget', problem: { limit: 'requiresTtl', maxTtlMs: undefined } }],
      'TTL required, with a maximum': [{ reason: 'budget', problem: { limit: 'requiresTtl', maxTtlMs: 14_400_000 } }],
      'vCPUs unknown': [{ reason: 'budget', problem: { limit: 'unknownSize', machineType: 'e2-standard-2' } }],
      'cluster of another channel': [{ reason: 'home-channel', homeChannel: 'C0CLUSTER' }],
      'shared channel': [{ reason: 'shared-channel', allowedChannels: ['C0CLUSTER'] }],
      'only channel is shared': [{ reason: 'shared-channel', allowedChannels: [] }],
      'person that Slack does not confirm': [{ reason: 'unknown-audience', subject: 'person' }],
      'channel that Slack does not confirm': [{ reason: 'unknown-audience', subject: 'channel' }],
      'no channel enabled': [{ reason: 'channel', allowedChannels: [] }],
      'read-only': [{ reason: 'not-a-creator', allowed: [grace, { group: 'S0000OPS0' }] }],
      'not an approver': [{ reason: 'not-an-approver', allowed: [grace] }],
      'role of a kubeconfig': [
        { reason: 'role', role: 'admin', allowed: [grace, { group: 'S0000OPS0' }], requestableRoles: ['view', 'edit'] },
      ],
      'any role of a kubeconfig': [{ reason: 'role', role: 'view', allowed: [grace], requestableRoles: [] }],
      'role that no one can get': [{ reason: 'role', role: 'cluster-admin', allowed: [], requestableRoles: [] }],
      'kubeconfig of another user': [{ reason: 'not-yours', allowed: [ada] }],
      'own request': [{ reason: 'own-request', allowed: [ada, grace] }],
      'too many deletions': [{ reason: 'too-many', deletionCount: 12, limit: 10 }],
      'unreadable group': [{ reason: 'unreadable', group: 'S0000OPS0' }],
    },
  },
  renderMissingParts: {
    group: 'Errors',
    surface: 'ephemeral',
    states: {
      'a stopped and a missing instance': ['demo', missingParts],
      'an operation that missing parts block': ['demo', missingParts, 'refused'],
    },
  },
  renderStartResult: {
    group: 'Run request',
    surface: 'ephemeral',
    states: {
      started: ['demo', { run: 'r1' }, md`Creating *demo*. The message below shows the progress`],
      'started although something is missing': [
        'demo',
        { run: 'r1', missingParts },
        md`Planning the rebuild of *demo* from *workers*`,
      ],
      'another run in progress': [
        'demo',
        { activeRun: { run: 'r0', operation: 'delete', requester: grace, since: simulationStart } },
        md``,
      ],
      'different settings': ['demo', { differences }, md``],
      'different number of workers': [
        'demo',
        { differences: [{ field: 'workers', desired: '4', actual: '3' }], shownRun: 'r1' },
        md``,
      ],
      'queued behind another run': [
        'demo',
        { run: 'r1', stops: { run: 'r0', operation: 'scale', requester: ada, since: simulationStart } },
        md``,
      ],
      'machine type too small': [
        'demo',
        { problem: 'f1-micro is too small for etcd and the API server', suggestedMachineType: 'e2-standard-2' },
        md``,
        { name: 'demo', workers: '3' },
      ],
      'machine type too small for a resize': [
        'demo',
        {
          problem: 'f1-micro is too small for etcd and the API server',
          suggestedMachineType: 'e2-standard-2',
          shownRun: 'r1',
        },
        md``,
      ],
      'unknown machine type': ['demo', { problem: 'there is no machine type "e3-standard-2" in us-west1-c' }, md``],
      'version not available': [
        'demo',
        { unavailableVersion: '1.36.4', availableVersions: ['1.20.2', '1.30.14'] },
        md``,
        { name: 'demo', workers: '3' },
      ],
      'not ready': ['demo', { notReady: 'failed' }, md``],
      'resume of an outdated run': ['demo', { notCurrent: 'superseded', newerOperation: 'rebuild' }, md``],
      'resume of a cancelled deletion': ['demo', { notCurrent: 'deletionCancelled' }, md``],
      'nothing to do': ['demo', { unchanged: 'ready' }, md``],
    },
  },
  renderUnknownCluster: { group: 'Errors', surface: 'ephemeral', states: { 'unknown cluster': ['demp'] } },
  renderInvalidArguments: {
    group: 'Errors',
    surface: 'ephemeral',
    states: {
      'unknown flag': [
        ['unknown flag `--worker`; did you mean `--workers`?'],
        ['/kthw create demo'],
        '/kthw help create',
      ],
    },
  },
  renderUnexpectedError: { group: 'Errors', surface: 'ephemeral', states: { 'internal error': ['The request'] } },
  renderNothingToSubmit: { group: 'Errors', surface: 'ephemeral', states: { 'nothing to submit': [] } },
  renderDmUnavailable: { group: 'Errors', surface: 'ephemeral', states: { 'DM unavailable': [] } },
  renderStoreUnavailable: { group: 'Errors', surface: 'ephemeral', states: { 'database unavailable': [] } },
} satisfies Partial<SampleCatalogue>;
