import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { hasLoopbackHost, isCrossOrigin } from '../local-request.ts';
import { replyBytes, replyJson } from '../slack/http/reply.ts';
import { servePage } from '../slack/http/serve-page.ts';

export interface Gallery {
  readonly url: string;
  close(): Promise<void>;
}

interface CollectedSamples {
  readonly names: object;
  readonly samples: readonly { readonly picture?: string; readonly [field: string]: unknown }[];
}

/**
 * Serves all message samples on one page, rendered by the components of the Slack emulator.
 * @param port 0: any free port
 */
export async function startGallery(port = 0): Promise<Gallery> {
  let charts: Buffer[] = [];
  const server = createServer((request, response) => {
    // A foreign Host header comes from DNS rebinding.
    if (!hasLoopbackHost(request) || isCrossOrigin(request))
      return replyBytes(response, 403, 'Host and Origin must be the address of the gallery');
    void handleRequest(new URL(request.url ?? '/', 'http://gallery').pathname, response).catch((error: unknown) => {
      replyBytes(response, 500, String((error as { stderr?: string }).stderr || error));
    });
  });

  async function handleRequest(path: string, response: ServerResponse): Promise<void> {
    const picture = charts[Number(/^\/pictures\/(\d+)\.png$/.exec(path)?.[1] ?? Number.NaN)];
    if (picture) return replyBytes(response, 200, picture, { 'content-type': 'image/png' });
    if (path !== '/samples.json') return await servePage(path, response, 'gallery.html');
    const { names, samples } = await collectSamples();
    charts = [];
    const visibleSamples = samples.map((sample) => {
      if (sample.picture === undefined) return sample;
      const url = `/pictures/${charts.push(Buffer.from(sample.picture, 'base64')) - 1}.png`;
      return { ...sample, picture: url };
    });
    replyJson(response, 200, { names, samples: visibleSamples });
  }

  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function collectSamples(): Promise<CollectedSamples> {
  const script = join(import.meta.dirname, 'collect.ts');
  const { stdout } = await execa(process.execPath, [script], { stdin: 'ignore', timeout: 60_000 });
  return JSON.parse(stdout) as CollectedSamples;
}
