import { type KthwError, toStepError } from '../cluster/errors.ts';
import type { Wait, WorkflowContext } from './step.ts';

/** A wait shorter than this is normal and isn't logged. */
const firstReportMs = 20_000;
/** Interval between further reports. Only another reason is logged. */
const nextReportMs = 60_000;

interface WaitOptions<C extends WorkflowContext> {
  /** What the step waits for, as shown to users. */
  readonly title: string;
  readonly wait?: Pick<Wait<C>, 'describe'> | undefined;
  /** Last line that the step logged, also in an earlier attempt. */
  getLastLogLine(): string | undefined;
}

/** Tells users why a step waits. Create it when the wait starts. */
export class WaitReporter<C extends WorkflowContext = WorkflowContext> {
  readonly #c: C;
  readonly #options: WaitOptions<C>;
  #nextReportAt: number;

  constructor(c: C, options: WaitOptions<C>) {
    this.#c = c;
    this.#options = options;
    this.#nextReportAt = +c.clock.now() + firstReportMs;
  }

  /** Logs the reason after 20 s, and again when it changed. @param error last error of the wait, if it names a reason */
  async reportIfDue(error: KthwError | undefined): Promise<void> {
    if (+this.#c.clock.now() < this.#nextReportAt) return;
    this.#nextReportAt = +this.#c.clock.now() + nextReportMs;
    const reason = await this.findReason(error);
    if (reason === undefined) return;
    const line = `waiting for ${this.#options.title}: ${reason}`;
    if (normalize(line) !== normalize(this.#options.getLastLogLine() ?? '')) this.#c.logProgress(line);
  }

  /** Returns the reason in the words of the software that the step waits for. Undefined: unknown. */
  async findReason(error: KthwError | undefined): Promise<string | undefined> {
    const described = await this.#describe();
    if (described || !error) return described;
    const { code, message, detail } = toStepError(error, this.#options.title);
    // Its message only repeats the title.
    if (code === 'not-there-yet') return detail;
    return detail === undefined ? message : `${message}: ${detail}`;
  }

  async #describe(): Promise<string | undefined> {
    try {
      return (await this.#options.wait?.describe(this.#c)) || undefined;
    } catch {
      // The reason is extra information: the wait must not fail because of it.
      return undefined;
    }
  }
}

/** Without numbers, so that counters and times don't count as another reason. */
function normalize(line: string): string {
  return line.replace(/\d+/g, '#');
}
