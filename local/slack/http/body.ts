import type { IncomingMessage } from 'node:http';

const maxBodyBytes = 60_000_000;

/**
 * Reads a request body.
 * @throws {RangeError} if it exceeds 60 MB
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new RangeError('request body exceeds 60 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Parses a form or a JSON object.
 * @throws {SyntaxError} if the body does not match its content type
 */
export async function readFields(request: IncomingMessage, body: Buffer): Promise<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) {
    const value: unknown = JSON.parse(body.toString() || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new SyntaxError('request body is not a JSON object');
  }
  if (!type.startsWith('multipart/form-data')) return Object.fromEntries(new URLSearchParams(body.toString()));
  const form = await parseForm(type, body);
  return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'));
}

/** Extracts an upload's content: the file of a multipart form, or the raw body. */
export async function readUpload(request: IncomingMessage, body: Buffer): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return body;
  for (const value of (await parseForm(type, body)).values()) {
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer());
  }
  return Buffer.alloc(0);
}

function parseForm(type: string, body: Buffer): Promise<FormData> {
  return new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
}
