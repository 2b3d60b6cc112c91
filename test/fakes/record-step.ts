import type { Cluster } from '../../src/engine/cluster/cluster.ts';
import { createDigestLookup } from '../../src/engine/cluster/digests.ts';
import type { Output } from '../../src/engine/cluster/output.ts';
import { RedactedVault } from '../../src/engine/manual/redacted-vault.ts';
import type { HostFile, SshHost } from '../../src/engine/ssh/ssh-client.ts';
import type { ClusterStep } from '../../src/engine/steps/cluster-step.ts';
import type { StepContext } from '../../src/engine/steps/step-context.ts';
import { FakeClock } from './clock.ts';

/** What a step would do, recorded without doing it. */
export interface RecordedStep {
  /** Specifications of inserted Compute Engine resources, by collection. */
  readonly resources: [collection: string, spec: Record<string, unknown>][];
  /** Scripts of its application, in order. */
  readonly scripts: string[];
  readonly files: HostFile[];
  readonly removeScripts: string[];
}

class NotRecordedError extends Error {}

/** Values that stand in for the outputs of earlier steps: the first that fits the schema. */
const placeholderOutputs: readonly unknown[] = ['203.0.113.7', ['ssh-ed25519 AAAA'], [], {}, 1, true];

/**
 * Records the inserted resources, scripts and files of a step. Other steps, which use the API or write to the vault, have
 * none.
 */
export async function recordStep(step: ClusterStep, cluster: Cluster): Promise<RecordedStep> {
  const recorded: RecordedStep = { resources: [], scripts: [], files: [], removeScripts: [] };
  const host: SshHost = {
    async run(script) {
      recorded.removeScripts.push(script);
      return { stdout: '', stderr: '', exitCode: 0, durationMs: 1 };
    },
    writeFiles: () => Promise.reject(new NotRecordedError()),
    async runBatch(operations) {
      for (const operation of operations) {
        if ('run' in operation) recorded.scripts.push(operation.run);
        else recorded.files.push(...operation.write);
      }
      return { stdout: 'works\n', stderr: '', exitCode: 0, durationMs: 1 };
    },
  };
  const c = createRecordingContext(cluster, host, recorded);
  await ignoreNotRecorded(async () => await step.apply?.(c));
  if (recorded.scripts.length > 0) await ignoreNotRecorded(async () => await step.removable?.remove(c));
  return recorded;
}

/** The fields whose change by others is a conflict. */
export async function listComparedFields(
  step: ClusterStep,
  cluster: Cluster,
  spec: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const conflicts = await Promise.all(
    Object.keys(spec).map(async (field) => {
      const changed = { ...spec, status: 'RUNNING', externalAddress: '203.0.113.7', [field]: 'changed' };
      const c = createRecordingContext(cluster, undefined, undefined, changed);
      const observation = await step.observe(c);
      return observation.status === 'different' ? [field] : [];
    }),
  );
  return conflicts.flat();
}

function createRecordingContext(
  cluster: Cluster,
  host: SshHost | undefined,
  recorded: RecordedStep | undefined,
  found: object = { status: 'RUNNING', externalAddress: '203.0.113.7' },
): StepContext {
  const compute = new Proxy({} as StepContext['compute'], {
    get: (_, collection) => {
      const methods = {
        get: async () => (collection === 'instances' || !recorded ? found : throwNotRecorded()),
        insert: async (spec: Record<string, unknown>) => void recorded?.resources.push([String(collection), spec]),
      };
      return { ...methods, list: throwNotRecorded, delete: throwNotRecorded };
    },
  });
  const context: Partial<StepContext> = {
    ...{ cluster, compute, clock: new FakeClock(), mirror: undefined, signal: new AbortController().signal },
    digests: createDigestLookup(),
    ...(host ? { ssh: { getHost: () => host, close: async () => {} } } : {}),
    requestId: 'request-1',
    findOutput: () => undefined,
    getOutput: findPlaceholder,
  };
  const vault = new Proxy(new RedactedVault(), { get: getVaultMethod });
  return new Proxy(context, {
    get(target, name) {
      if (name === 'vault') return vault;
      return name in target ? Reflect.get(target, name) : throwNotRecorded();
    },
  }) as StepContext;
}

async function ignoreNotRecorded(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof NotRecordedError)) throw error;
  }
}

function getVaultMethod(vault: RedactedVault, name: string | symbol): unknown {
  return name === 'get' ? vault.get.bind(vault) : throwNotRecorded();
}

function throwNotRecorded(): never {
  throw new NotRecordedError();
}

function findPlaceholder<T>({ name, schema }: Output<T>): T {
  for (const value of placeholderOutputs) {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
  }
  throw new Error(`no placeholder fits the output ${name}: add one`);
}
