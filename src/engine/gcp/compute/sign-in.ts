import type { AuthClient } from 'google-auth-library';
import { KthwError } from '../../workflow/errors.ts';

/**
 * Who the calls are made as: on Google the service account that this runs as, at a local cloud nobody in particular.
 * @throws KthwError `cloud-denied` when there is no account to be found
 */
export async function signIn(local: boolean, scopes = 'https://www.googleapis.com/auth/compute'): Promise<AuthClient> {
  const { GoogleAuth, OAuth2Client } = await import('google-auth-library');
  if (local) {
    const anonymousClient = new OAuth2Client();
    anonymousClient.setCredentials({ access_token: 'local' });
    return anonymousClient;
  }
  try {
    return await new GoogleAuth({ scopes }).getClient();
  } catch (error) {
    // The library's own sentence, which names the ways to give credentials; it has no request to quote.
    const detail = error instanceof Error ? error.message : undefined;
    throw new KthwError('cloud-denied', { doing: 'signing in to Google' }, { detail });
  }
}
