import { KthwError } from '../cluster/errors.ts';
import { findArchitectureProblem, findShortfalls } from '../cluster/find-size-problem.ts';
import type { ComputeClient, MachineType, Region } from '../gcp/compute/compute-client.ts';
import { TtlCache } from './ttl-cache.ts';

export interface MachineTypeChoice extends MachineType {
  readonly name: string;
  /** Unmet requirements of a control plane node. Empty: large enough. */
  readonly shortfall: readonly string[];
}

/** Options for a new cluster. An absent list is not loaded yet, or failed to load because of `problem`. */
export interface ComputeChoices {
  readonly regions?: readonly Region[];
  /** Machine types of the requested zone. */
  readonly machineTypes?: readonly MachineTypeChoice[];
  readonly problem?: string;
}

export interface ComputeCatalog {
  /** Returns cached options without a request. */
  getCachedChoices(zone: string): ComputeChoices;
  /** Loads missing options from Compute Engine. Never rejects: errors and timeouts become `problem`. */
  loadChoices(zone: string): Promise<ComputeChoices>;
}

export interface ComputeCatalogOptions {
  readonly compute: Pick<ComputeClient, 'listRegions' | 'listMachineTypes'>;
  readonly now: () => Date;
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** Limits how long a form waits. @default 8_000 */
  readonly timeoutMs?: number;
}

const cacheTtlMs = 10 * 60_000;

export function createComputeCatalog({ compute, now, log, timeoutMs = 8_000 }: ComputeCatalogOptions): ComputeCatalog {
  const regionCache = new TtlCache<readonly Region[]>(now, cacheTtlMs);
  const machineTypeCache = new TtlCache<readonly MachineTypeChoice[]>(now, cacheTtlMs);
  return {
    getCachedChoices: (zone) => buildChoices(regionCache.getCached(''), machineTypeCache.getCached(zone)),
    async loadChoices(zone) {
      const signal = AbortSignal.timeout(timeoutMs);
      const [regionsResult, machineTypesResult] = await Promise.allSettled([
        regionCache.getOrLoad('', () => compute.listRegions(signal)),
        machineTypeCache.getOrLoad(zone, async () =>
          (await compute.listMachineTypes(zone, signal))
            .filter((one) => !findArchitectureProblem(one.name, one))
            .map(toMachineTypeChoice),
        ),
      ]);
      const failed = [regionsResult, machineTypesResult].find((one) => one.status === 'rejected');
      const choices = buildChoices(getSettledValue(regionsResult), getSettledValue(machineTypesResult));
      if (failed) log({ zone, error: failed.reason }, 'loading options from Compute Engine failed');
      if (failed) return { ...choices, problem: formatLoadError(failed.reason, timeoutMs) };
      return choices;
    },
  };
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

/** A timeout aborts the call, which reports it as `cancelled`. */
function formatLoadError(error: unknown, timeoutMs: number): string {
  if (!(error instanceof KthwError)) return 'internal error; see the log';
  return error.code === 'cancelled' ? `no answer within ${timeoutMs / 1000} s` : error.message;
}
