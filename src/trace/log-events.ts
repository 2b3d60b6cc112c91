import type { StoredEvent } from '../store/events.ts';

type Log = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** What happened in a run as log lines with the run and the step; what machines said word by word stays in the journal. */
export function logEvents(run: string, events: readonly StoredEvent[], log: Log): void {
  for (const { seq, event } of events) {
    const about = { run, seq };
    switch (event.type) {
      case 'run.requested':
        log({ ...about, operation: event.operation, by: event.by }, 'run requested');
        break;
      case 'run.finished':
        log({ ...about, ...(event.as === 'failed' ? { severity: 'ERROR' } : {}) }, `run ${event.as}`);
        break;
      case 'step.finished':
        log({ ...about, step: event.step, outcome: event.outcome }, 'step finished');
        break;
      case 'step.failed':
      case 'step.postponed': {
        const { code, kind, message, next, detail } = event.fault;
        const again = event.type === 'step.failed' && event.retryAt ? { retryAt: event.retryAt } : {};
        const severity = 'retryAt' in again ? 'WARNING' : 'ERROR';
        log({ ...about, severity, step: event.step, code, kind, message, next, detail, ...again }, `step ${code}`);
        break;
      }
      case 'step.conflicted':
        log(
          { ...about, severity: 'ERROR', step: event.step, fields: event.fields.map(({ field }) => field) },
          'step conflicted',
        );
        break;
      case 'approval.given':
      case 'approval.refused':
        log({ ...about, by: event.by }, event.type);
        break;
      default:
    }
  }
}
