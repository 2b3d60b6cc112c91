import { createHmac } from 'node:crypto';

/**
 * The headers with which Slack signs a request (docs: verifying requests from Slack).
 * @param timestampSec Unix seconds
 */
export function buildSignatureHeaders(secret: string, timestampSec: number, body: string): Record<string, string> {
  const mac = createHmac('sha256', secret).update(`v0:${timestampSec}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': String(timestampSec), 'x-slack-signature': `v0=${mac}` };
}
