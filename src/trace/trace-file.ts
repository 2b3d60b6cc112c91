import { createHash } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import type { RunSpan } from './run-spans.ts';

/** A line of the trace file. Times are in milliseconds since 1970. */
export interface TraceLine {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly error?: string | undefined;
}

/**
 * Appends a run's OpenTelemetry spans to a file, one JSON object per line. Ids derive from the run and the span, so that
 * writing a run twice yields equal spans. The OpenTelemetry packages are loaded on first use.
 */
export async function appendToTraceFile(path: string, run: string, spans: readonly RunSpan[]): Promise<void> {
  const [{ ROOT_CONTEXT, SpanStatusCode, trace }, { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor }] =
    await Promise.all([import('@opentelemetry/api'), import('@opentelemetry/sdk-trace-base')]);
  const exporter = new InMemorySpanExporter();
  let id = '';
  const provider = new BasicTracerProvider({
    idGenerator: {
      generateTraceId: () => computeHexId(run, 32),
      generateSpanId: () => computeHexId(`${run} ${id}`, 16),
    },
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('kthw');
  const contexts = new Map<string, ReturnType<typeof trace.setSpan>>();
  for (const { id: spanId, parent, name, from, to, attributes, error } of spans) {
    id = spanId;
    const span = tracer.startSpan(name, { startTime: from, attributes }, contexts.get(parent ?? '') ?? ROOT_CONTEXT);
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    contexts.set(spanId, trace.setSpan(ROOT_CONTEXT, span));
    span.end(to);
  }
  await provider.forceFlush();
  const lines = exporter.getFinishedSpans().map((span): TraceLine => {
    const { traceId, spanId } = span.spanContext();
    return {
      traceId,
      spanId,
      parentSpanId: span.parentSpanContext?.spanId,
      name: span.name,
      startMs: toMilliseconds(span.startTime),
      endMs: toMilliseconds(span.endTime),
      attributes: span.attributes,
      error: span.status.message,
    };
  });
  await provider.shutdown();
  await appendFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
}

function computeHexId(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

function toMilliseconds([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1_000 + Math.round(nanoseconds / 1e6);
}
