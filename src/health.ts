import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SlackAccountStatus } from './commands/slack/slack-account-monitor.ts';
import type { Store } from './store/store.ts';
import type { Keyring } from './store/vault/vault.ts';

export interface HealthDeps {
  readonly store: Pick<Store, 'listOpenRuns'>;
  readonly keyring: Pick<Keyring, 'wrap'>;
  readonly account: { getStatus(): SlackAccountStatus | undefined; checkToken(): Promise<void> };
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** For how long it is good that a part works: 15_000, and 300_000 for the keyring, which costs money; and that it does not: 5_000. */
  readonly cacheMs?: { readonly store: number; readonly keyring: number; readonly failed: number };
  /** How long one part may take. @default 4_000 */
  readonly checkTimeoutMs?: number;
}

export interface HealthEndpoints {
  readonly handleHealthCheck: Handler;
  /** Answers 200 once store and keyring have been asked, so that what they load is loaded before people ask. */
  readonly handleWarmup: Handler;
}
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Whether a part works, and what to do if not. Anybody can ask: it holds no names and no secrets. */
export type ComponentHealth =
  | { readonly ok: true; readonly openRuns?: number }
  | { readonly ok: false; readonly remedy: string };

/**
 * Whether what kthw stands on works: the store answers (and how many runs are open), the keyring wraps, Slack takes the
 * token. Answers 200, or 503 when anything does not. Cheap: each part is looked at once in a while, however often it is
 * asked. Why a part does not work is in the log.
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
        if (wasHealthy) log({ error, component: name }, 'health: a part does not work');
        return { ok: false, remedy: `look into the log for "health", and into RUNBOOK.md for the ${name}` };
      });
      // Whoever asks meanwhile waits for the same look.
      const entry = { result, until: Number.POSITIVE_INFINITY };
      cached = entry;
      void result.then(({ ok }) => {
        entry.until = performance.now() + (ok ? ms : Math.min(ms, keepMs.failed));
        if (ok && !wasHealthy) log({ component: name }, 'health: it works again');
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
      // What calls have said since is as good as asking. The first time nobody has asked yet.
      if (account.getStatus()?.ok !== true) await account.checkToken();
      const state = account.getStatus();
      if (state === undefined) throw new Error('Slack gave no answer');
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
    // An instance that can't reach its store yet is of use all the same: it acknowledges, and tries again.
    handleWarmup: (_, response) =>
      void Promise.all([checks.store(), checks.keyring()]).then(() => response.end('warm\n')),
  };
}

async function withTimeout<T>(ms: number, work: Promise<T>): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new Error(`no answer within ${ms} ms`)), ms);
  return await Promise.race([work, timeout.promise]).finally(() => clearTimeout(timer));
}
