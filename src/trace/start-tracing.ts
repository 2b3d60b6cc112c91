import type { StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { buildRunSpans } from './run-spans.ts';
import { type RunTailer, tailRuns } from './tail-runs.ts';
import { appendToTraceFile } from './trace-file.ts';

interface TracingOptions {
  readonly store: Pick<Store, 'readEvents' | 'read'>;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** File for the spans of finished runs. @default none */
  readonly file?: string | undefined;
}

/** Logs the events of this process's runs and writes finished runs to the trace file, if configured. */
export function startTracing({ store, log, file }: TracingOptions): RunTailer {
  async function onEvents(run: string, events: readonly StoredEvent[]): Promise<void> {
    logEvents(run, events, log);
    if (file === undefined || !events.some(({ event }) => event.type === 'run.finished')) return;
    const record = (await store.read('run', run))?.value;
    if (record) await appendToTraceFile(file, run, buildRunSpans(run, record, await store.readEvents(run)));
  }
  return tailRuns({ store, log, onEvents });
}

type Logger = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Logs a run's events with run and step. Command output stays in the journal. */
function logEvents(run: string, events: readonly StoredEvent[], log: Logger): void {
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
