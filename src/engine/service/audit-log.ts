import type { StoredEvent } from '../../store/events.ts';
import type { RecordOf, RunRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { clusterOf } from '../cluster/cluster.ts';
import { isOperation } from '../workflow/operations.ts';
import { plan } from '../workflow/plan.ts';
import type { Phase } from '../workflow/step.ts';
import { isAnswer } from './approvals.ts';
import type { AuditEntry } from './cluster-service-types.ts';
import { allGrants } from './kubeconfig-grants.ts';

/** What happened to a cluster: who asked, who approved, what was taken away, which kubeconfigs were given. Oldest first. */
export async function auditOf(
  store: Store,
  phases: readonly Phase[],
  name: string,
): Promise<readonly AuditEntry[] | undefined> {
  const cluster = (await store.read('cluster', name))?.value;
  if (!cluster) return undefined;
  const perRun = await Promise.all(
    cluster.runs.map(async (run) => {
      const record = (await store.read('run', run))?.value;
      return record ? runEntries(run, record, await store.events(run), phases) : [];
    }),
  );
  const [grants, extensions] = await Promise.all([
    allGrants(store, name),
    store.list('extension', { prefix: `${name}.` }),
  ]);
  const others = [
    ...grants.flatMap(({ id, value }) => grantEntries(id.slice(name.length + 1), value)),
    ...extensions.map(
      ({ value: { at, by, endsAt } }): AuditEntry => ({ at: new Date(at), by, what: `extended it to ${endsAt}` }),
    ),
  ];
  return [...perRun.flat(), ...others].sort((a, b) => +a.at - +b.at);
}

/** Pure: what of a run's events somebody would be asked about later. */
export function runEntries(
  run: string,
  record: RunRecord,
  events: readonly StoredEvent[],
  phases: readonly Phase[],
): AuditEntry[] {
  const planned = isOperation(record.operation)
    ? plan(phases, clusterOf(record.spec), { ...record, operation: record.operation })
    : [];
  const titles = new Map(planned.map(({ id, step }) => [id, step.title]));
  /** What is made by taking something away: a machine that becomes another type. */
  const asking = new Set(planned.flatMap(({ id, step }) => (step.asks ? [id] : [])));
  const started = new Map<string, Date>();
  const asked = `${record.operation}${record.from ? ` from ${record.from}` : ''}`;
  return events.flatMap(({ at, event, seq }): AuditEntry[] => {
    switch (event.type) {
      case 'run.requested':
        return [{ at, run, by: event.by, what: `asked for ${asked}` }];
      case 'run.resumed':
        return [{ at, run, by: event.by, what: `resumed ${asked}` }];
      case 'run.cancelAsked':
        return [{ at, run, by: event.by, what: `asked to stop ${asked}` }];
      case 'approval.asked':
        return [{ at, run, what: `asked for approval to take away ${event.destroys.join(', ')}` }];
      case 'approval.given':
      case 'approval.refused': {
        const what = `${event.type === 'approval.given' ? 'approved' : 'refused'} ${asked}`;
        return isAnswer(events, seq) ? [{ at, run, by: event.by, what }] : [];
      }
      case 'step.started':
        started.set(event.step, started.get(event.step) ?? at);
        return [];
      case 'step.finished': {
        const did =
          event.outcome === 'removed' ? 'removed' : event.outcome === 'applied' && asking.has(event.step) && 'changed';
        if (!did) return [];
        const durationMs = +at - +(started.get(event.step) ?? at);
        return [{ at, run, what: `${did} ${titles.get(event.step) ?? event.step}`, durationMs, outcome: 'succeeded' }];
      }
      case 'step.failed':
        return event.retryAt ? [] : [{ at, run, what: event.fault.message, outcome: 'failed' }];
      case 'run.finished':
        return [
          { at, run, what: `${asked} ended`, outcome: event.as, durationMs: +at - +new Date(record.requestedAt) },
        ];
      case 'pause.over': {
        const did = { next: 'went on after', through: 'went on without another pause after', stop: 'stopped after' };
        return [{ at, run, by: event.by, what: `${did[event.how]} chapter ${event.chapter}` }];
      }
      case 'pause.asked':
      case 'run.taken':
      case 'step.said':
      case 'step.diagnosed':
      case 'step.postponed':
      case 'step.conflicted':
        return [];
      default:
        return event satisfies never;
    }
  });
}

function grantEntries(id: string, grant: RecordOf<'grant'>): AuditEntry[] {
  const { to, commonName, issuedAt, endsAt, revoked } = grant;
  const given: AuditEntry = {
    at: new Date(issuedAt),
    by: to,
    what: `was given kubeconfig ${id} as ${commonName} until ${endsAt}`,
  };
  if (!revoked) return [given];
  return [given, { at: new Date(revoked.at), by: revoked.by, what: `revoked kubeconfig ${id} of ${commonName}` }];
}
