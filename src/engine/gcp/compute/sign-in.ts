import type { AuthClient } from 'google-auth-library';
import { KthwError } from '../../cluster/errors.ts';

/**
 * Returns credentials: the application default credentials, or a placeholder for the emulators.
 * @throws KthwError `cloud-denied` if no credentials are found
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
    // This message lists the ways to provide credentials; it contains no request.
    const detail = error instanceof Error ? error.message : undefined;
    throw new KthwError('cloud-denied', { doing: 'signing in to Google' }, { detail });
  }
}
