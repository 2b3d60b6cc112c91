import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KthwError } from '../../../src/engine/cluster/errors.ts';
import type { Output } from '../../../src/engine/cluster/output.ts';
import type { ComputeClient } from '../../../src/engine/gcp/compute/compute-client.ts';
import { createComputeClient } from '../../../src/engine/gcp/compute/create-compute-client.ts';
import { gcloudCommands, type ResourceCollection } from '../../../src/engine/manual/gcloud-commands.ts';
import { RedactedVault } from '../../../src/engine/manual/redacted-vault.ts';
import { operations } from '../../../src/engine/phases/operations.ts';
import { phases } from '../../../src/engine/phases/sort-phases.ts';
import type { ClusterStep, ManualCommand } from '../../../src/engine/steps/cluster-step.ts';
import type { StepContext } from '../../../src/engine/steps/step-context.ts';
import { type PlannedStep, plan } from '../../../src/engine/workflow/plan.ts';
import { buildCluster } from '../../fixtures/cluster.ts';
import { localCloud } from '../../local/compute/compute-emulator.ts';

const gcloudIsThere = await execa('gcloud', ['--version'], { reject: false }).then(({ failed }) => !failed);
if (!gcloudIsThere) {
  console.warn(
    'SKIPPED: gcloud is not on this machine, so nothing here shows that the hard way does what the steps do.',
  );
}

const cluster = buildCluster({ region: 'us-central1', zone: 'us-central1-a', controllers: 1, workers: 1 });
const ours: ReadonlySet<string> = new Set(Object.keys(gcloudCommands));
const made = plan(phases, cluster, { operation: operations.create });
const { signal } = new AbortController();
const steps = inOrder(made).filter(({ id }) =>
  /^(network|static-ip|firewall|controllers|workers|load-balancer|pod-routes|disable-ssh)\//.test(id),
);

describe.skipIf(!gcloudIsThere)('gcloud commands of a cluster’s steps', { timeout: 900_000 }, () => {
  const local = localCloud({ operationDelayMs: 20, waitTimeoutMs: 5_000 });
  const other = localCloud({ operationDelayMs: 20 });
  const inserted: { readonly of: ResourceCollection; readonly spec: never }[] = [];
  let home: string;
  let manualClient: ComputeClient;
  let stepClient: ComputeClient;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'kthw-by-hand-'));
    manualClient = createComputeClient({ project: 'by-hand', endpoint: local.url(), token: local.token() });
    stepClient = recordCalls(createComputeClient({ project: 'by-steps', endpoint: other.url(), token: other.token() }));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** In a shell, as a person would: its quotes and line ends count. */
  async function typed(script: string): Promise<void> {
    await execa('bash', ['-euc', script], {
      env: {
        HOME: home,
        CLOUDSDK_CONFIG: home,
        CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: `${local.url()}/compute/v1/`,
        CLOUDSDK_AUTH_ACCESS_TOKEN: local.token(),
        CLOUDSDK_CORE_PROJECT: 'by-hand',
        CLOUDSDK_CORE_DISABLE_PROMPTS: 'true',
        CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
        CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
        CLOUDSDK_SURVEY_DISABLE_PROMPTS: 'true',
      },
    });
  }

  test('create and delete the same resources as the steps', async () => {
    const [hand, machine] = [contextOver(manualClient), contextOver(stepClient)];
    for (const { id, step } of steps) {
      const scripts = (await step.explained?.manualCommands?.(hand.c, 'forward')) ?? [];
      expect(scripts.length, id).toBeGreaterThan(0);
      for (const command of scripts) await typed(toScript(command));
      expect(await hand.see(step), id).toMatchObject({ status: 'present' });
      await step.apply?.(machine.c);
      expect(await machine.see(step), id).toMatchObject({ status: 'present' });
    }
    expect(new Set(inserted.map(({ of }) => of))).toEqual(ours);
    for (const { of, spec } of inserted) {
      const [one, other] = await Promise.all([manualClient, stepClient].map((cloud) => cloud[of].get(spec, signal)));
      expect(same(one), JSON.stringify(spec)).toEqual(same(other));
    }
    // The disabled rule is deleted too.
    for (const { id, step } of steps.toReversed().filter(({ step }) => step.removable)) {
      for (const command of (await step.explained?.manualCommands?.(hand.c, 'backward')) ?? [])
        await typed(toScript(command));
      expect(await hand.see(step), id).toEqual({ status: 'absent' });
    }
  });

  function recordCalls(cloud: ComputeClient): ComputeClient {
    return new Proxy(cloud, {
      get(target, of: keyof ComputeClient) {
        const member = target[of];
        if (!ours.has(of)) return member;
        return new Proxy(member as ComputeClient['networks'], {
          get: (resource, verb: keyof ComputeClient['networks']) => {
            if (verb !== 'insert') return resource[verb];
            return (spec: never, call: never) => {
              inserted.push({ of: of as ResourceCollection, spec });
              return resource.insert(spec, call);
            };
          },
        });
      },
    });
  }
});

/** Context of a step with the outputs of earlier steps. */
function contextOver(compute: ComputeClient) {
  const outputs = new Map<string, unknown>();
  function findOutput<T>({ name, schema }: Output<T>): T | undefined {
    return outputs.has(name) ? schema.parse(outputs.get(name)) : undefined;
  }
  const c = {
    ...{ cluster, compute, signal, mirror: undefined, vault: new RedactedVault(), findOutput },
    get requestId() {
      return crypto.randomUUID();
    },
    getOutput<T>(output: Output<T>): T {
      const value = findOutput(output);
      if (value === undefined) throw new Error(`${output.name} is not known`);
      return value;
    },
  } as unknown as StepContext & { readonly vault: RedactedVault };

  /** Until it is no longer on its way. */
  async function see({ observe }: PlannedStep['step']) {
    for (;;) {
      try {
        const seen = await observe(c);
        if (seen.status === 'present') for (const { name, value } of seen.outputs ?? []) outputs.set(name, value);
        return seen;
      } catch (error) {
        if (!(error instanceof KthwError) || error.kind !== 'transient') throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
  return { c, see };
}

/** Removes external addresses, which differ by project. */
function same(found: object | undefined): object {
  const { externalAddress: _, id: __, ...rest } = (found ?? {}) as Record<string, unknown>;
  return { ...rest, ...(typeof rest.address === 'string' && rest.address.startsWith('127.') ? { address: '' } : {}) };
}

/** Sorts steps after their dependencies. */
function inOrder(planned: readonly PlannedStep<ClusterStep>[]): PlannedStep<ClusterStep>[] {
  const done = new Set<string>();
  const ordered: PlannedStep<ClusterStep>[] = [];
  while (ordered.length < planned.length) {
    for (const p of planned) {
      if (done.has(p.id) || !p.dependsOn.every((id) => done.has(id))) continue;
      done.add(p.id);
      ordered.push(p);
    }
  }
  return ordered;
}

function toScript(command: ManualCommand): string {
  return typeof command === 'string' ? command : command.script;
}
