import { parseBody } from '../bot/parse-body.ts';
import { newId } from '../identifiers.ts';
import type { Workspace } from '../workspace.ts';

/** Asks the bot's URL for its challenge back, as Slack does when the URL is entered (docs: `url_verification`). */
export async function verifyUrl({ bot }: Workspace): Promise<{ ok: boolean; error?: string }> {
  const challenge = newId('');
  const sent = await bot.once({ token: 'local-verification-token', challenge, type: 'url_verification' });
  if (!sent.ok) return { ok: false, error: sent.error };
  const body = parseBody(sent);
  const answer: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'challenge') : body;
  return answer === challenge ? { ok: true } : { ok: false, error: 'challenge_failed' };
}
