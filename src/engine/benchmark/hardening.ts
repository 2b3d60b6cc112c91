import type { Vault } from '../../store/vault.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { Cluster } from '../cluster.ts';
import { faultOf } from '../errors.ts';
import type { Kube } from '../kube/kube.ts';
import { adminAt } from '../kube-access.ts';
import { type ApiFacts, readApi } from './api-facts.ts';
import { type CloudFacts, readCloud } from './cloud-facts.ts';
import type { Evidence, Judgement, Unseen } from './item.ts';
import { items } from './items.ts';
import { judge } from './judge.ts';

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
