import { KthwError } from '../cluster/errors.ts';
import type { ComputeClient, MachineType, Region } from '../gcp/compute/compute-client.ts';
import { findShortfalls } from '../phases/preflight.ts';

export interface MachineTypeChoice extends MachineType {
  readonly name: string;
  /** What it lacks of what a control plane needs. Empty: it is large enough. */
  readonly shortfall: readonly string[];
}

/** What Compute Engine offers to choose from. What is absent is not known: not yet, or because of the `problem`. */
export interface ComputeChoices {
  readonly regions?: readonly Region[];
  /** Of the zone that was asked about. */
  readonly machineTypes?: readonly MachineTypeChoice[];
  readonly problem?: string;
}

export interface ComputeCatalog {
  /** What was answered lately. Asks nobody. */
  getCachedChoices(zone: string): ComputeChoices;
  /** Asks Compute Engine what is not known. It gives up soon, and what goes wrong is the `problem`. */
  loadChoices(zone: string): Promise<ComputeChoices>;
}

export interface ComputeCatalogOptions {
  readonly compute: Pick<ComputeClient, 'listRegions' | 'listMachineTypes'>;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** Longest that somebody who looks at a form waits for this. @default 8_000 */
  readonly timeoutMs?: number;
}

const cacheTtlMs = 10 * 60_000;

/** Regions, zones and sizes to choose from, as the project's Compute Engine lists them. */
export function createComputeCatalog({ compute, now, log, timeoutMs = 8_000 }: ComputeCatalogOptions): ComputeCatalog {
  const regionCache = new TtlCache<readonly Region[]>(now);
  const machineTypeCache = new TtlCache<readonly MachineTypeChoice[]>(now);
  return {
    getCachedChoices: (zone) => buildChoices(regionCache.getCached(''), machineTypeCache.getCached(zone)),
    async loadChoices(zone) {
      const signal = AbortSignal.timeout(timeoutMs);
      const [regionsResult, machineTypesResult] = await Promise.allSettled([
        regionCache.getOrLoad('', () => compute.listRegions(signal)),
        machineTypeCache.getOrLoad(zone, async () =>
          (await compute.listMachineTypes(zone, signal)).map(toMachineTypeChoice),
        ),
      ]);
      const failed = [regionsResult, machineTypesResult].find((one) => one.status === 'rejected');
      const choices = buildChoices(getSettledValue(regionsResult), getSettledValue(machineTypesResult));
      if (failed) log({ zone, error: failed.reason }, 'asking what there is to choose from');
      if (failed) return { ...choices, problem: formatLoadError(failed.reason, timeoutMs) };
      return choices;
    },
  };
}

/** Answers by key, each kept for a while; a failure is not kept. */
class TtlCache<T> {
  readonly #now: () => Date;
  readonly #entries = new Map<string, { readonly value: T; readonly expiresAt: number }>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  getCached(key: string): T | undefined {
    const cachedEntry = this.#entries.get(key);
    return cachedEntry && cachedEntry.expiresAt > +this.#now() ? cachedEntry.value : undefined;
  }

  async getOrLoad(key: string, load: () => Promise<T>): Promise<T> {
    const cached = this.getCached(key);
    if (cached !== undefined) return cached;
    const value = await load();
    this.#entries.set(key, { value, expiresAt: +this.#now() + cacheTtlMs });
    return value;
  }
}

function toMachineTypeChoice(machineType: { readonly name: string } & MachineType): MachineTypeChoice {
  return { ...machineType, shortfall: findShortfalls(machineType) };
}

function buildChoices(
  regions: readonly Region[] | undefined,
  machineTypes: readonly MachineTypeChoice[] | undefined,
): ComputeChoices {
  return { ...(regions ? { regions } : {}), ...(machineTypes ? { machineTypes } : {}) };
}

function getSettledValue<T>(result: PromiseSettledResult<T>): T | undefined {
  return result.status === 'fulfilled' ? result.value : undefined;
}

/** A call that is given up after its time is reported as cancelled, which nobody asked for. */
function formatLoadError(error: unknown, timeoutMs: number): string {
  if (!(error instanceof KthwError)) return 'something that should not happen did; the log has it';
  return error.code === 'cancelled' ? `no answer within ${timeoutMs / 1000} s` : error.message;
}
