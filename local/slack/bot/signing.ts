import { createHmac } from 'node:crypto';

/**
 * Signs a request and returns Slack's headers (docs: verifying requests from Slack).
 * @param timestampSec Unix seconds
 */
export function buildSignatureHeaders(secret: string, timestampSec: number, body: string): Record<string, string> {
  const mac = createHmac('sha256', secret).update(`v0:${timestampSec}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(timestampSec), 'x-slack-signature': `v0=${mac}` };
}
