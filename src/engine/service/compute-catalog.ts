import type { Cloud, MachineType, Region } from '../gcp/compute/compute-client.ts';
import { shortfalls } from '../phases/preflight.ts';
import { KthwError } from '../workflow/errors.ts';

export interface Size extends MachineType {
  readonly name: string;
  /** What it lacks of what a control plane needs. Empty: it is large enough. */
  readonly lacks: readonly string[];
}

/** What Compute Engine offers to choose from. What is absent is not known: not yet, or because of the `problem`. */
export interface Offer {
  readonly regions?: readonly Region[];
  /** Of the zone that was asked about. */
  readonly sizes?: readonly Size[];
  readonly problem?: string;
}

export interface Offers {
  /** What was answered lately. Asks nobody. */
  known(zone: string): Offer;
  /** Asks Compute Engine what is not known. It gives up soon, and what goes wrong is the `problem`. */
  at(zone: string): Promise<Offer>;
}

export interface OffersOptions {
  readonly cloud: Pick<Cloud, 'regions' | 'machineTypes'>;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** Longest that somebody who looks at a form waits for this. @default 8_000 */
  readonly lookMs?: number;
}

const keptMs = 10 * 60_000;

/** Regions, zones and sizes to choose from, as the project's Compute Engine lists them. */
export function openOffers({ cloud, now, log, lookMs = 8_000 }: OffersOptions): Offers {
  const regions = new Kept<readonly Region[]>(now);
  const sizes = new Kept<readonly Size[]>(now);
  return {
    known: (zone) => offer(regions.known(''), sizes.known(zone)),
    async at(zone) {
      const signal = AbortSignal.timeout(lookMs);
      const [places, types] = await Promise.allSettled([
        regions.of('', () => cloud.regions(signal)),
        sizes.of(zone, async () => (await cloud.machineTypes(zone, signal)).map(sizeOf)),
      ]);
      const failed = [places, types].find((one) => one.status === 'rejected');
      const found = offer(valueIn(places), valueIn(types));
      if (failed) log({ zone, error: failed.reason }, 'asking what there is to choose from');
      if (failed) return { ...found, problem: wordsOf(failed.reason, lookMs) };
      return found;
    },
  };
}

/** Answers by key, each kept for a while; a failure is not kept. */
class Kept<T> {
  readonly #now: () => Date;
  readonly #kept = new Map<string, { readonly value: T; readonly until: number }>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  known(key: string): T | undefined {
    const kept = this.#kept.get(key);
    return kept && kept.until > +this.#now() ? kept.value : undefined;
  }

  async of(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.known(key);
    if (known !== undefined) return known;
    const value = await ask();
    this.#kept.set(key, { value, until: +this.#now() + keptMs });
    return value;
  }
}

function sizeOf(type: { readonly name: string } & MachineType): Size {
  return { ...type, lacks: shortfalls(type) };
}

function offer(regions: readonly Region[] | undefined, sizes: readonly Size[] | undefined): Offer {
  return { ...(regions ? { regions } : {}), ...(sizes ? { sizes } : {}) };
}

function valueIn<T>(settled: PromiseSettledResult<T>): T | undefined {
  return settled.status === 'fulfilled' ? settled.value : undefined;
}

/** A call that is given up after its time is reported as cancelled, which nobody asked for. */
function wordsOf(error: unknown, lookMs: number): string {
  if (!(error instanceof KthwError)) return 'something that should not happen did; the log has it';
  return error.code === 'cancelled' ? `no answer within ${lookMs / 1000} s` : error.message;
}
