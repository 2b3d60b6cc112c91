/**
 * Separate process that acts as Slack: sends signed `/kthw list` commands at a steady rate. After `stop` on
 * standard input, prints the acknowledgement times in ms as JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSignatureHeaders } from '../local/slack/bot/signing.ts';

const [url = '', secret = '', everyMs = '50'] = process.argv.slice(2);
let isRunning = true;
process.stdin.once('data', () => {
  isRunning = false;
});

const latencies: number[] = [];
const pending: Promise<void>[] = [];
for (let n = 0; isRunning; n++) {
  pending.push(sendCommand(n));
  await sleep(Number(everyMs));
}
await Promise.all(pending);
// Don't call process.exit(): it truncates output that is still in the pipe.
console.log(JSON.stringify(latencies));
process.stdin.destroy();

async function sendCommand(n: number): Promise<void> {
  const body = new URLSearchParams({
    ...{ command: '/kthw', text: 'list', team_id: 'T1', user_id: 'U1', channel_id: 'C1' },
    trigger_id: `${process.pid}.${n}`,
    response_url: 'http://127.0.0.1:9/',
  }).toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...buildSignatureHeaders(secret, Math.floor(Date.now() / 1000), body),
  };
  const started = performance.now();
  const response = await fetch(url, { method: 'POST', headers, body });
  await response.text();
  if (response.status !== 200) throw new Error(`a command returned HTTP ${response.status}`);
  latencies.push(performance.now() - started);
}
