import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountState } from './commands/slack/slack-account-monitor.ts';
import type { Store } from './store/store.ts';
import type { Keyring } from './store/vault/vault.ts';

export interface HealthParts {
  readonly store: Pick<Store, 'openRuns'>;
  readonly keyring: Pick<Keyring, 'wrap'>;
  readonly account: { state(): AccountState | undefined; look(): Promise<void> };
  readonly log: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  /** For how long it is good that a part works: 15_000, and 300_000 for the keyring, which costs money; and that it does not: 5_000. */
  readonly keepMs?: { readonly store: number; readonly keyring: number; readonly failed: number };
  /** How long one part may take. @default 4_000 */
  readonly answerMs?: number;
}

export interface Health {
  readonly handle: Handler;
  /** Answers 200 once store and keyring have been asked, so that what they load is loaded before people ask. */
  readonly warm: Handler;
}
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Whether a part works, and what to do if not. Anybody can ask: it holds no names and no secrets. */
export type Part = { readonly ok: true; readonly openRuns?: number } | { readonly ok: false; readonly next: string };

/**
 * Whether what kthw stands on works: the store answers (and how many runs are open), the keyring wraps, Slack takes the
 * token. Answers 200, or 503 when anything does not. Cheap: each part is looked at once in a while, however often it is
 * asked. Why a part does not work is in the log.
 */
export function openHealth(parts: HealthParts): Health {
  const { store, keyring, account, log, answerMs = 4_000 } = parts;
  const keepMs = parts.keepMs ?? { store: 15_000, keyring: 300_000, failed: 5_000 };

  function part(name: string, ms: number, look: () => Promise<Part>): () => Promise<Part> {
    let kept: { readonly found: Promise<Part>; until: number } | undefined;
    let wasWell = true;
    return () => {
      if (kept && performance.now() < kept.until) return kept.found;
      const found = within(answerMs, look()).catch((error: unknown): Part => {
        if (wasWell) log({ error, part: name }, 'health: a part does not work');
        return { ok: false, next: `look into the log for "health", and into RUNBOOK.md for the ${name}` };
      });
      // Whoever asks meanwhile waits for the same look.
      const keeping = { found, until: Number.POSITIVE_INFINITY };
      kept = keeping;
      void found.then(({ ok }) => {
        keeping.until = performance.now() + (ok ? ms : Math.min(ms, keepMs.failed));
        if (ok && !wasWell) log({ part: name }, 'health: it works again');
        wasWell = ok;
      });
      return found;
    };
  }

  const looks = {
    store: part('store', keepMs.store, async () => ({ ok: true, openRuns: (await store.openRuns()).length })),
    keyring: part('keyring', keepMs.keyring, async () => {
      await keyring.wrap(new Uint8Array(32), 'health');
      return { ok: true };
    }),
    slack: part('slack', keepMs.store, async () => {
      // What calls have said since is as good as asking. The first time nobody has asked yet.
      if (account.state()?.ok !== true) await account.look();
      const state = account.state();
      if (state === undefined) throw new Error('Slack gave no answer');
      return state.ok ? { ok: true } : { ok: false, next: state.next };
    }),
  };

  async function answer(response: ServerResponse): Promise<void> {
    const [inStore, inKeyring, slack] = await Promise.all([looks.store(), looks.keyring(), looks.slack()]);
    const ok = inStore.ok && inKeyring.ok && slack.ok;
    response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(`${JSON.stringify({ ok, store: inStore, keyring: inKeyring, slack })}\n`);
  }

  return {
    handle: (_, response) => void answer(response).catch(() => response.destroy()),
    // An instance that can't reach its store yet is of use all the same: it acknowledges, and tries again.
    warm: (_, response) => void Promise.all([looks.store(), looks.keyring()]).then(() => response.end('warm\n')),
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${ms} ms`)), ms);
  return await Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
