import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SlackAccountStatus } from './commands/slack/slack-account-monitor.ts';
import type { Store } from './store/store.ts';
import type { Keyring } from './store/vault/vault.ts';

export interface HealthDeps {
  readonly store: Pick<Store, 'listOpenRuns'>;
  readonly keyring: Pick<Keyring, 'wrap'>;
  readonly account: { getStatus(): SlackAccountStatus | undefined; checkToken(): Promise<void> };
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** How long check results are cached. @default 15_000 for the store, 300_000 for the keyring (calls cost money), 5_000 for failures */
  readonly cacheMs?: { readonly store: number; readonly keyring: number; readonly failed: number };
  /** @default 4_000 */
  readonly checkTimeoutMs?: number;
}

interface HealthEndpoints {
  readonly handleHealthCheck: Handler;
  /** Responds 200 once the store and keyring checks have loaded their packages. */
  readonly handleWarmup: Handler;
}
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Health of one component. Public, so it contains no names and no secrets. */
type ComponentHealth =
  | { readonly ok: true; readonly openRuns?: number }
  | { readonly ok: false; readonly remedy: string };

/**
 * Creates the health endpoints. They check that the store responds (with the number of open runs), the keyring wraps, and
 * Slack accepts the token. Status 200, or 503 if any check fails. Results are cached; causes of failures are in the log.
 */
export function createHealthEndpoints(deps: HealthDeps): HealthEndpoints {
  const { store, keyring, account, log, checkTimeoutMs = 4_000 } = deps;
  const keepMs = deps.cacheMs ?? { store: 15_000, keyring: 300_000, failed: 5_000 };

  function createCachedCheck(
    name: string,
    ms: number,
    check: () => Promise<ComponentHealth>,
  ): () => Promise<ComponentHealth> {
    let cached: { readonly result: Promise<ComponentHealth>; until: number } | undefined;
    let wasHealthy = true;
    return () => {
      if (cached && performance.now() < cached.until) return cached.result;
      const result = withTimeout(checkTimeoutMs, check()).catch((error: unknown): ComponentHealth => {
        if (wasHealthy) log({ error, component: name }, 'health: component failed');
        return { ok: false, remedy: `search the log for "health", and see "${name}" in RUNBOOK.md` };
      });
      // Concurrent requests share one check.
      const entry = { result, until: Number.POSITIVE_INFINITY };
      cached = entry;
      void result.then(({ ok }) => {
        entry.until = performance.now() + (ok ? ms : Math.min(ms, keepMs.failed));
        if (ok && !wasHealthy) log({ component: name }, 'health: component recovered');
        wasHealthy = ok;
      });
      return result;
    };
  }

  const checks = {
    store: createCachedCheck('store', keepMs.store, async () => ({
      ok: true,
      openRuns: (await store.listOpenRuns()).length,
    })),
    keyring: createCachedCheck('keyring', keepMs.keyring, async () => {
      await keyring.wrap(new Uint8Array(32), 'health');
      return { ok: true };
    }),
    slack: createCachedCheck('slack', keepMs.store, async () => {
      // A successful call since the last check proves the token. Before the first call, check it.
      if (account.getStatus()?.ok !== true) await account.checkToken();
      const state = account.getStatus();
      if (state === undefined) throw new Error('no response from Slack');
      return state.ok ? { ok: true } : { ok: false, remedy: state.nextStep };
    }),
  };

  async function respond(response: ServerResponse): Promise<void> {
    const [storeHealth, keyringHealth, slack] = await Promise.all([checks.store(), checks.keyring(), checks.slack()]);
    const ok = storeHealth.ok && keyringHealth.ok && slack.ok;
    response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(`${JSON.stringify({ ok, store: storeHealth, keyring: keyringHealth, slack })}\n`);
  }

  return {
    handleHealthCheck: (_, response) => void respond(response).catch(() => response.destroy()),
    // Responds 200 even if a check fails: the instance can still acknowledge requests and retry.
    handleWarmup: (_, response) =>
      void Promise.all([checks.store(), checks.keyring()]).then(() => response.end('warm\n')),
  };
}

async function withTimeout<T>(ms: number, work: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error(`no response within ${ms} ms`)), ms);
  return await Promise.race([work, timeout.promise]).finally(() => clearTimeout(timer));
}
