import type { StoredEvent } from '../../store/events.ts';
import type { RecordValue, RunRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { isGrantDelivered } from '../cluster/is-grant-delivered.ts';
import { operations } from '../phases/operations.ts';
import { planRun } from '../workflow/plan.ts';
import type { Phase } from '../workflow/step.ts';
import { isEffectiveDecision } from './approvals.ts';
import type { AuditEntry } from './cluster-service.ts';
import { listAllGrants } from './kubeconfigs/list-grants.ts';

/** Lists requests, approvals, deletions, TTL changes and kubeconfigs of a cluster, oldest first. Undefined: unknown cluster. */
export async function buildAuditLog(
  store: Store,
  phases: readonly Phase[],
  name: string,
): Promise<readonly AuditEntry[] | undefined> {
  const cluster = (await store.read('cluster', name))?.value;
  if (!cluster) return undefined;
  const perRun = await Promise.all(
    cluster.runs.map(async (run) => {
      const record = (await store.read('run', run))?.value;
      return record ? buildRunEntries(run, record, await store.readEvents(run), phases) : [];
    }),
  );
  const [grants, extensions] = await Promise.all([
    listAllGrants(store, name),
    store.list('ttlExtension', { prefix: `${name}.` }),
  ]);
  const others = [
    ...grants.flatMap(({ id, value }) => buildGrantEntries(id.slice(name.length + 1), value)),
    ...extensions.map(
      ({ value: { extendedAt, extendedBy, expiresAt } }): AuditEntry => ({
        at: new Date(extendedAt),
        actor: extendedBy,
        description: `extended the TTL to ${expiresAt}`,
      }),
    ),
  ];
  return [...perRun.flat(), ...others].sort((a, b) => +a.at - +b.at);
}

/** Converts a run's events to audit entries. Omits routine events, such as successful step starts. */
export function buildRunEntries(
  run: string,
  record: RunRecord,
  events: readonly StoredEvent[],
  phases: readonly Phase[],
): AuditEntry[] {
  const planned = planRun(phases, operations, record) ?? [];
  const titles = new Map(planned.map(({ id, step }) => [id, step.title]));
  // Steps that change a resource by disrupting it, such as a rolling restart.
  const destructiveStepIds = new Set(planned.flatMap(({ id, step }) => (step.destructive ? [id] : [])));
  const startTimes = new Map<string, Date>();
  const request = `${record.operation}${record.fromPhase ? ` from ${record.fromPhase}` : ''}`;
  return events.flatMap(({ at, event, seq }): AuditEntry[] => {
    switch (event.type) {
      case 'run.requested':
        return [{ at, run, actor: event.actor, description: `requested ${request}` }];
      case 'run.resumed':
        return [{ at, run, actor: event.actor, description: `resumed ${request}` }];
      case 'run.cancelRequested': {
        const reason = event.preemptedBy ? ` to start ${event.preemptedBy.operation}` : '';
        return [{ at, run, actor: event.actor, description: `requested cancellation of ${request}${reason}` }];
      }
      case 'approval.requested':
        return [
          {
            at,
            run,
            description: `approval required to ${formatApprovalEffects(event.deletions, event.stops?.operation)}`,
          },
        ];
      case 'approval.granted':
      case 'approval.rejected': {
        const description = `${event.type === 'approval.granted' ? 'approved' : 'rejected'} ${request}`;
        return isEffectiveDecision(events, seq) ? [{ at, run, actor: event.actor, description }] : [];
      }
      case 'step.started':
        startTimes.set(event.step, startTimes.get(event.step) ?? at);
        return [];
      case 'step.finished': {
        const verb =
          event.outcome === 'removed'
            ? 'deleted'
            : event.outcome === 'applied' && destructiveStepIds.has(event.step) && 'changed';
        if (!verb) return [];
        const durationMs = +at - +(startTimes.get(event.step) ?? at);
        return [
          { at, run, description: `${verb} ${titles.get(event.step) ?? event.step}`, durationMs, outcome: 'succeeded' },
        ];
      }
      case 'run.faulted':
      case 'step.failed':
        return event.retryAt ? [] : [{ at, run, description: event.error.message, outcome: 'failed' }];
      case 'steps.reset':
        return [{ at, run, description: `detected that ${event.reasons.join('; ')}` }];
      case 'run.finished':
        return [
          {
            at,
            run,
            description: `${request} finished`,
            outcome: event.outcome,
            durationMs: +at - +new Date(record.requestedAt),
          },
        ];
      case 'pause.resolved': {
        const verb = {
          continue: 'continued after',
          continueToEnd: 'continued without further pauses after',
          stop: 'stopped after',
        };
        return [{ at, run, actor: event.actor, description: `${verb[event.decision]} chapter ${event.chapter}` }];
      }
      case 'pause.requested':
      case 'run.claimed':
      case 'run.superseded':
      case 'step.logged':
      case 'step.diagnosed':
      case 'step.deferred':
      case 'step.conflicted':
        return [];
      default:
        return event satisfies never;
    }
  });
}

function formatApprovalEffects(deletions: readonly string[], stoppedOperation: string | undefined): string {
  const deleted = `delete ${deletions.join(', ')}`;
  return stoppedOperation === undefined ? deleted : `stop the active ${stoppedOperation} and ${deleted}`;
}

function buildGrantEntries(id: string, grant: RecordValue<'kubeconfigGrant'>): AuditEntry[] {
  const { grantee, commonName, role, issuedAt, expiresAt, revoked } = grant;
  if (!isGrantDelivered(grant)) return [];
  const issuedEntry: AuditEntry = {
    at: new Date(issuedAt),
    actor: grantee,
    description: `received kubeconfig ${id} with role ${role} as ${commonName}, valid until ${expiresAt}`,
  };
  if (!revoked) return [issuedEntry];
  return [
    issuedEntry,
    {
      at: new Date(revoked.revokedAt),
      actor: revoked.revokedBy,
      description: `revoked kubeconfig ${id} with role ${role} of ${commonName}`,
    },
  ];
}
