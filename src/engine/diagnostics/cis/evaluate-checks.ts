import type { Vault } from '../../../store/vault/vault.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { toStepError } from '../../cluster/errors.ts';
import type { ComputeClient } from '../../gcp/compute/compute-client.ts';
import type { KubeClient } from '../../kubernetes/kube-client.ts';
import { connectToKubeApiAt } from '../../steps/connect-to-kube-api.ts';
import { type ApiFacts, collectApiFacts } from './api-facts.ts';
import type { Check, CheckResult, Finding, Outcome, ScanInput, Unknown } from './check.ts';
import { checks } from './checks.ts';
import { type ComputeFacts, collectComputeFacts } from './compute-facts.ts';
import { isFailure } from './find-worst.ts';

/** Evaluates all checks. Pure. */
export function evaluateChecks(input: ScanInput): CheckResult[] {
  return checks.map((check) => evaluateCheck(check, input));
}

/** Collects facts from Compute Engine, or returns the reason for failure. */
export function tryCollectComputeFacts(
  compute: ComputeClient,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ComputeFacts | Unknown> {
  return collectOrUnknown('reading from Compute Engine', () => collectComputeFacts(compute, cluster, signal));
}

/** Collects facts from the Kubernetes API, or returns the reason for failure. @param address undefined if not yet assigned */
export async function tryCollectApiFacts(
  deps: { readonly kube: KubeClient; readonly vault: Vault },
  address: string | undefined,
  signal: AbortSignal,
): Promise<ApiFacts | Unknown> {
  if (address === undefined) return { unknown: 'the API server has no address yet' };
  return await collectOrUnknown('reading from the Kubernetes API', async () =>
    collectApiFacts(await connectToKubeApiAt(deps, address), signal),
  );
}

async function collectOrUnknown<T>(doing: string, collect: () => Promise<T>): Promise<T | Unknown> {
  try {
    return await collect();
  } catch (error) {
    return { unknown: toStepError(error, doing).message };
  }
}

/** Evaluates one check. One failure fails it; otherwise one unknown makes it unknown. Pure. */
function evaluateCheck({ inspect, ...check }: Check, input: ScanInput): CheckResult {
  const findings = inspect(input);
  const failures = groupByText(findings, (outcome) => (isFailure(outcome) ? outcome.failure : undefined));
  if (failures.length > 0) return { ...check, status: 'fail', details: failures };
  const unknowns = groupByText(findings, (outcome) =>
    typeof outcome === 'object' && 'unknown' in outcome ? outcome.unknown : undefined,
  );
  if (unknowns.length > 0) return { ...check, status: 'unknown', details: unknowns };
  if (findings.length === 0)
    return { ...check, status: 'unknown', details: [{ instances: [], text: 'no instance to check' }] };
  const waivers = groupByText(findings, (outcome) =>
    typeof outcome === 'object' && 'waived' in outcome ? outcome.waived : undefined,
  );
  return waivers.length > 0
    ? { ...check, status: 'waived', details: waivers }
    : { ...check, status: 'pass', details: [] };
}

/** Groups findings by text and lists their instances. */
function groupByText(
  findings: readonly Finding[],
  getText: (actual: Outcome) => string | undefined,
): CheckResult['details'] {
  const instancesByText = new Map<string, string[]>();
  for (const { instance, actual } of findings) {
    const text = getText(actual);
    if (text !== undefined)
      instancesByText.set(text, [...(instancesByText.get(text) ?? []), ...(instance === undefined ? [] : [instance])]);
  }
  return [...instancesByText].map(([text, instances]) => ({ instances, text }));
}
