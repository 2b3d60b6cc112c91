import type { StoredEvent } from '../store/events.ts';

type Logger = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Logs a run's events with run and step. Command output stays in the journal. */
export function logEvents(run: string, events: readonly StoredEvent[], log: Logger): void {
  for (const { seq, event } of events) {
    const context = { run, seq };
    switch (event.type) {
      case 'run.requested':
        log({ ...context, operation: event.operation, actor: event.actor }, 'run requested');
        break;
      case 'run.finished':
        log({ ...context, ...(event.outcome === 'failed' ? { severity: 'ERROR' } : {}) }, `run ${event.outcome}`);
        break;
      case 'step.finished':
        log({ ...context, step: event.step, outcome: event.outcome }, 'step finished');
        break;
      case 'step.failed':
      case 'step.deferred': {
        const { code, kind, message, remedy, detail } = event.error;
        const retry = event.type === 'step.failed' && event.retryAt ? { retryAt: event.retryAt } : {};
        const severity = 'retryAt' in retry ? 'WARNING' : 'ERROR';
        log({ ...context, severity, step: event.step, code, kind, message, remedy, detail, ...retry }, `step ${code}`);
        break;
      }
      case 'step.conflicted':
        log(
          { ...context, severity: 'ERROR', step: event.step, fields: event.differences.map(({ field }) => field) },
          'step conflicted',
        );
        break;
      case 'approval.granted':
      case 'approval.rejected':
        log({ ...context, actor: event.actor }, event.type);
        break;
      default:
    }
  }
}
