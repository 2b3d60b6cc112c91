import { ada, getSampleTime, grace } from './fixtures.ts';
import type { SampleCatalogue } from './sample.ts';
import { simulationStart } from './simulate-run.ts';

const shownCluster = { cluster: 'demo', run: 'r1' };
const buttonIds = { extend: 'ttl.extend', delete: 'delete.confirm' };
const expiringSoon = { expiresAt: getSampleTime(1_800), now: simulationStart };

/** TTL reminders and extensions. */
export const expirySamples = {
  renderExpiryReminder: {
    group: 'TTL',
    surface: 'message',
    states: {
      'expires soon': [shownCluster, ada, expiringSoon, buttonIds],
      'expires soon, then deleted': [
        shownCluster,
        ada,
        { ...expiringSoon, deletesAt: getSampleTime(3_600) },
        buttonIds,
      ],
      expired: [shownCluster, ada, { expiresAt: simulationStart, now: getSampleTime(900) }, buttonIds],
    },
  },
  renderExtensionResult: {
    group: 'TTL',
    surface: 'message',
    states: {
      extended: ['demo', grace, { expiresAt: getSampleTime(30_600) }],
      'already extended': ['demo', grace, { alreadyExtendedTo: getSampleTime(30_600) }],
      'cluster not found': ['demo', grace, { notFound: true }],
    },
  },
} satisfies Pick<SampleCatalogue, 'renderExpiryReminder' | 'renderExtensionResult'>;
