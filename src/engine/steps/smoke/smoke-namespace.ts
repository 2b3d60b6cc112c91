import { z } from 'zod';
import { KthwError } from '../../cluster/errors.ts';
import { createOutputValue, type Output } from '../../cluster/output.ts';
import { getObjectPath } from '../../kubernetes/object-path.ts';
import { kubectlCommand, renderKubectlApply } from '../../manual/kubectl.ts';
import { markPresent, type Observation } from '../../workflow/observation.ts';
import type { StepHandle } from '../../workflow/step-handle.ts';
import { WaitReporter } from '../../workflow/wait-reporter.ts';
import type { ClusterStep } from '../cluster-step.ts';
import { connectToKubeApi } from '../connect-to-kube-api.ts';
import { deleteObject, getObject } from '../get-object.ts';
import type { RenderContext, StepContext } from '../step-context.ts';
import { buildSmokeObjects, smokeLabel } from './smoke-objects.ts';

interface Namespace {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

const namePrefix = 'kthw-smoke';
const namespaceOutput: Output<string> = { name: 'smoke-namespace', schema: z.string() };
/** A namespace that takes longer is reported and left to the cluster. */
const deletionTimeoutMs = 60_000;

/** Name of this run's namespace, or its prefix before the namespace exists. */
export function getSmokeNamespace({ findOutput }: Pick<RenderContext, 'findOutput'>): string {
  return findOutput(namespaceOutput) ?? namePrefix;
}

/**
 * Creates a namespace with a unique name: one of an earlier test may be `Terminating` forever. The suffix is from
 * the request id, which a crash keeps. Deletes namespaces of earlier tests.
 */
export function createNamespaceStep(handle: StepHandle, dependsOn: readonly StepHandle[]): ClusterStep {
  const getName = (c: StepContext) => `${namePrefix}-${c.requestId.slice(0, 8)}`;
  return {
    handle,
    title: 'namespace of the smoke test',
    dependsOn,
    async observe(c) {
      const name = getName(c);
      return (await readNamespace(c, name))
        ? markPresent(`namespace/${name}`, createOutputValue(namespaceOutput, name))
        : { status: 'absent' };
    },
    async apply(c) {
      const { namespace } = buildSmokeObjects(getName(c), 0);
      await deleteEarlierNamespaces(c, getName(c));
      await (await connectToKubeApi(c)).apply(getObjectPath(namespace), namespace, c.signal);
    },
    explained: {
      manualCommands: ({ findOutput }) => [
        renderKubectlApply(buildSmokeObjects(getSmokeNamespace({ findOutput }), 0).namespace),
      ],
    },
  };
}

/**
 * Deletes the namespace. If the cluster doesn't finish within a minute, reports the cluster's reason and succeeds.
 * @param assertTested throws while the test isn't complete, so that a resumed run continues in the namespace
 */
export function createCleanupStep(
  handle: StepHandle,
  dependsOn: readonly StepHandle[],
  assertTested: (c: StepContext) => Promise<void>,
): ClusterStep {
  return {
    handle,
    title: 'delete the test namespace',
    dependsOn,
    async observe(c) {
      const namespace = await readNamespace(c, getSmokeNamespace(c));
      if (!namespace) return markPresent();
      if (!isTerminating(namespace)) await assertTested(c);
      return { status: 'absent' };
    },
    async apply(c) {
      const name = getSmokeNamespace(c);
      await deleteNamespace(c, await readNamespace(c, name));
      return await waitForDeletion(c, name);
    },
    explained: { manualCommands: (c) => [`${kubectlCommand} delete namespace ${getSmokeNamespace(c)}`] },
  };
}

async function waitForDeletion(c: StepContext, name: string): Promise<Observation> {
  const deadline = +c.clock.now() + deletionTimeoutMs;
  const describe = async () => describeNamespace(await readNamespace(c, name));
  const reporter = new WaitReporter(c, {
    title: `the deletion of namespace ${name}`,
    wait: { describe },
    getLastLogLine: () => undefined,
  });
  for (;;) {
    const namespace = await readNamespace(c, name);
    if (!namespace) return markPresent(`namespace "${name}" deleted`);
    if (+c.clock.now() >= deadline) {
      const line = `namespace ${name} remains: ${describeNamespace(namespace)}. The cluster deletes it once the cause is fixed`;
      c.logProgress(line);
      return markPresent(line);
    }
    await reporter.reportIfDue(undefined);
    await c.clock.sleep(1_000, c.signal);
  }
}

async function deleteEarlierNamespaces(c: StepContext, ownName: string): Promise<void> {
  const path = `/api/v1/namespaces?labelSelector=${smokeLabel}`;
  const list = await getObject<{ items: readonly Namespace[] }>(await connectToKubeApi(c), path, c.signal);
  for (const namespace of list?.items ?? []) {
    const { name } = namespace.metadata;
    if (name === ownName || !name.startsWith(`${namePrefix}-`)) continue;
    if (isTerminating(namespace))
      c.logProgress(`namespace ${name} of an earlier smoke test remains: ${describeNamespace(namespace)}`);
    else await deleteEarlierNamespace(c, namespace);
  }
}

/** This test doesn't need the deletion, so its failure is only reported. */
async function deleteEarlierNamespace(c: StepContext, namespace: Namespace): Promise<void> {
  try {
    await deleteNamespace(c, namespace);
  } catch (error) {
    if (!(error instanceof KthwError)) throw error;
    const reason = error.detail ?? error.message;
    c.logProgress(`namespace ${namespace.metadata.name} of an earlier smoke test remains: ${reason}`);
  }
}

async function deleteNamespace(c: StepContext, namespace: Namespace | undefined): Promise<void> {
  if (!namespace || isTerminating(namespace)) return;
  await deleteObject(await connectToKubeApi(c), getNamespacePath(namespace.metadata.name), c.signal);
}

async function readNamespace(c: StepContext, name: string): Promise<Namespace | undefined> {
  return await getObject<Namespace>(await connectToKubeApi(c), getNamespacePath(name), c.signal);
}

function getNamespacePath(name: string): string {
  return getObjectPath(buildSmokeObjects(name, 0).namespace);
}

function isTerminating({ status }: Namespace): boolean {
  return status?.phase === 'Terminating';
}

/** Phase and conditions: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/ */
function describeNamespace(namespace: Namespace | undefined): string {
  const { phase = 'Active', conditions = [] } = namespace?.status ?? {};
  const messages = conditions.filter(({ status, message }) => status === 'True' && message).map((one) => one.message);
  return [phase, ...messages].join(', ').slice(0, 600);
}
