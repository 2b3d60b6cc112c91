import { connectToKubeApi } from './connect-to-kube-api.ts';
import { getObject } from './get-object.ts';
import { listPods, type Pod } from './list-pods.ts';
import type { StepContext } from './step-context.ts';

interface Event {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** Normal for a few seconds. */
const startingReasons: readonly (string | undefined)[] = ['ContainerCreating', 'PodInitializing'];

/**
 * Why pods aren't Ready, in the words of their containers, conditions and events. Undefined: all are.
 * @param selector such as `app=web`
 */
export async function describePods(c: StepContext, namespace: string, selector: string): Promise<string | undefined> {
  const { pods, ready } = await listPods(c, namespace, selector);
  const waiting = pods.filter((pod) => !ready.includes(pod));
  if (pods.length > 0 && waiting.length === 0) return undefined;
  const warnings = await listWarnings(c, namespace);
  // Its controller can't create pods, for example because of a quota or an admission webhook.
  if (pods.length === 0) return formatReason(warnings.at(-1)) ?? `namespace ${namespace} has no pod with ${selector}`;
  const podsByReason = new Map<string, string[]>();
  for (const pod of waiting) {
    const reason = describePod(pod, warnings);
    podsByReason.set(reason, [...(podsByReason.get(reason) ?? []), pod.metadata.name]);
  }
  const lines = [...podsByReason].map(([reason, names]) => `pod ${names.join(', ')}: ${reason}`);
  return lines.slice(0, 3).join('; ').slice(0, 600);
}

function describePod({ metadata, spec, status }: Pod, warnings: readonly Event[]): string {
  const container = status.containerStatuses?.find(({ state }) => state.waiting)?.state.waiting;
  const unscheduled = status.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const warning = warnings.findLast(({ involvedObject }) => involvedObject.name === metadata.name);
  const unready = status.conditions?.find(({ type, status }) => type === 'Ready' && status === 'False');
  const isStarting = startingReasons.includes(container?.reason);
  return (
    (isStarting ? undefined : formatReason(container)) ??
    formatReason(unscheduled) ??
    formatReason(warning) ??
    formatReason(container) ??
    formatReason(unready) ??
    `not Ready${spec.nodeName === undefined ? '' : ` on ${spec.nodeName}`}`
  );
}

async function listWarnings(c: StepContext, namespace: string): Promise<readonly Event[]> {
  const path = `/api/v1/namespaces/${namespace}/events`;
  const list = await getObject<{ items: readonly Event[] }>(await connectToKubeApi(c), path, c.signal);
  return (list?.items ?? []).filter(({ type }) => type === 'Warning');
}

function formatReason(from: { readonly reason?: string; readonly message?: string } | undefined): string | undefined {
  return [from?.reason, from?.message].filter(Boolean).join(': ') || undefined;
}
