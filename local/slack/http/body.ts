import type { IncomingMessage } from 'node:http';

const maxBodyBytes = 60_000_000;

/**
 * Reads a whole request body.
 * @throws {RangeError} when it is larger than 60 MB
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new RangeError('reading a request: the body is larger than 60 MB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The fields of a form or of a JSON object.
 * @throws {SyntaxError} when the body is not what its content type says
 */
export async function readFields(request: IncomingMessage, body: Buffer): Promise<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) {
    const value: unknown = JSON.parse(body.toString() || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new SyntaxError('reading a request: the JSON is not an object');
  }
  if (!type.startsWith('multipart/form-data')) return Object.fromEntries(new URLSearchParams(body.toString()));
  const form = await parseForm(type, body);
  return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'));
}

/** The content of an upload: the file of a multipart form, or the body as it is. */
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
