import type { AuthClient } from 'google-auth-library';
import { KthwError } from '../../cluster/errors.ts';

/**
 * Returns credentials: the application default credentials, or a fixed access token for an emulator.
 * @throws KthwError `cloud-denied` if no credentials are found
 */
export async function signIn(
  emulatorToken: string | undefined,
  scopes = 'https://www.googleapis.com/auth/compute',
): Promise<AuthClient> {
  const { GoogleAuth, OAuth2Client } = await import('google-auth-library');
  if (emulatorToken !== undefined) {
    const emulatorClient = new OAuth2Client();
    emulatorClient.setCredentials({ access_token: emulatorToken });
    return emulatorClient;
  }
  try {
    return await new GoogleAuth({ scopes }).getClient();
  } catch (error) {
    // This message lists the ways to provide credentials; it contains no request.
    const detail = error instanceof Error ? error.message : undefined;
    throw new KthwError('cloud-denied', { doing: 'signing in to Google' }, { detail });
  }
}
