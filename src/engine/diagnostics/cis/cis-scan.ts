import type { Vault } from '../../../store/vault/vault.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Cloud } from '../../gcp/compute/compute-client.ts';
import type { Kube } from '../../kubernetes/kube-client.ts';
import { adminAt } from '../../steps/kube-admin-client.ts';
import { faultOf } from '../../workflow/errors.ts';
import { type ApiFacts, readApi } from './api-facts.ts';
import type { Evidence, Judgement, Unseen } from './check.ts';
import { items } from './checks.ts';
import { type CloudFacts, readCloud } from './compute-facts.ts';
import { judge } from './evaluate-check.ts';

/** What each item of the benchmark comes to. Pure. */
export function hardeningOf(evidence: Evidence): Judgement[] {
  return items.map((item) => judge(item, evidence));
}

/** What Compute Engine says, or why it could not be asked. */
export function cloudOrUnseen(cloud: Cloud, cluster: Cluster, signal: AbortSignal): Promise<CloudFacts | Unseen> {
  return orUnseen('asking Compute Engine', () => readCloud(cloud, cluster, signal));
}

/** What the Kubernetes API says, or why it could not be asked. @param address where it is reached; undefined: nowhere yet */
export async function apiOrUnseen(
  tools: { readonly kube: Kube; readonly vault: Vault },
  address: string | undefined,
  signal: AbortSignal,
): Promise<ApiFacts | Unseen> {
  if (address === undefined) return { unseen: 'the API has no address yet' };
  return await orUnseen('asking the Kubernetes API', async () => readApi(await adminAt(tools, address), signal));
}

async function orUnseen<T>(doing: string, look: () => Promise<T>): Promise<T | Unseen> {
  try {
    return await look();
  } catch (error) {
    return { unseen: faultOf(error, doing).message };
  }
}
