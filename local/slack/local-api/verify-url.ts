import { parseBody } from '../bot/parse-body.ts';
import { createId } from '../identifiers.ts';
import type { Workspace } from '../workspace.ts';

/** Sends `url_verification` to the bot's URL, as Slack does when the URL is configured. */
export async function verifyUrl({ bot }: Workspace): Promise<{ ok: boolean; error?: string }> {
  const challenge = createId('');
  const result = await bot.sendJson({ token: 'local-verification-token', challenge, type: 'url_verification' });
  if (!result.ok) return { ok: false, error: result.error };
  const body = parseBody(result);
  const returnedChallenge: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'challenge') : body;
  return returnedChallenge === challenge ? { ok: true } : { ok: false, error: 'challenge_failed' };
}
