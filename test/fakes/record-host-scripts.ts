import type { Cluster } from '../../src/engine/cluster/cluster.ts';
import type { Output } from '../../src/engine/cluster/output.ts';
import { RedactedVault } from '../../src/engine/manual/redacted-vault.ts';
import type { SshHost } from '../../src/engine/ssh/ssh-client.ts';
import type { ClusterStep } from '../../src/engine/steps/cluster-step.ts';
import type { StepContext } from '../../src/engine/steps/step-context.ts';
import { FakeClock } from './clock.ts';

class NotAHostStep extends Error {}

/** Values that stand in for the outputs of earlier steps: the first that fits the schema. */
const placeholderOutputs: readonly unknown[] = ['203.0.113.7', ['ssh-ed25519 AAAA'], [], {}, 1, true];

/**
 * The scripts that applying a host step sends in one batch, without running anything. Undefined for other steps, which use
 * a cloud, the API or the vault.
 */
export async function recordHostScripts(step: ClusterStep, cluster: Cluster): Promise<readonly string[] | undefined> {
  const scripts: string[] = [];
  const host: SshHost = {
    run: () => Promise.reject(new NotAHostStep()),
    writeFiles: () => Promise.reject(new NotAHostStep()),
    async runBatch(operations) {
      scripts.push(...operations.flatMap((operation) => ('run' in operation ? [operation.run] : [])));
      return { stdout: 'works\n', stderr: '', exitCode: 0, durationMs: 1 };
    },
  };
  const clock = new FakeClock();
  const context: Partial<StepContext> = {
    ...{
      cluster,
      clock,
      mirror: undefined,
      downloads: undefined,
      signal: new AbortController().signal,
      requestId: 'request-1',
    },
    compute: runningInstances,
    ssh: { getHost: () => host, close: async () => {} },
    findOutput: findPlaceholder,
    getOutput: findPlaceholder,
  };
  const vault = new Proxy(new RedactedVault(), { get: getVaultMethod });
  const c = new Proxy(context, {
    get(target, name) {
      if (name === 'vault') return vault;
      return name in target ? Reflect.get(target, name) : throwNotAHostStep();
    },
  });
  try {
    await step.apply?.(c as StepContext);
  } catch (error) {
    if (!(error instanceof NotAHostStep)) throw error;
  }
  return scripts.length > 0 ? scripts : undefined;
}

/** Compute Engine for connections only: every instance runs. */
const runningInstances = new Proxy({} as StepContext['compute'], {
  get(_, kind) {
    if (kind !== 'instances') return throwNotAHostStep();
    // The recorded id is a placeholder, too.
    const found = { id: '203.0.113.7', status: 'RUNNING', externalAddress: '203.0.113.7' };
    return { get: async () => found, insert: throwNotAHostStep };
  },
});

function getVaultMethod(vault: RedactedVault, name: string | symbol): unknown {
  if (name === 'get') return vault.get.bind(vault);
  return throwNotAHostStep();
}

function throwNotAHostStep(): never {
  throw new NotAHostStep();
}

function findPlaceholder<T>({ name, schema }: Output<T>): T {
  for (const value of placeholderOutputs) {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
  }
  throw new Error(`no placeholder fits the output ${name}: add one`);
}
