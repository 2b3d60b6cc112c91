import { extname } from 'node:path';
import type { SharedFile } from './model/conversation.ts';

const fileTypesByExtension: Readonly<Record<string, { mimetype: string; filetype: string }>> = {
  '.png': { mimetype: 'image/png', filetype: 'png' },
  '.jpg': { mimetype: 'image/jpeg', filetype: 'jpg' },
  '.gif': { mimetype: 'image/gif', filetype: 'gif' },
  '.json': { mimetype: 'application/json', filetype: 'json' },
  '.pdf': { mimetype: 'application/pdf', filetype: 'pdf' },
  '.gz': { mimetype: 'application/gzip', filetype: 'gzip' },
  '.zip': { mimetype: 'application/zip', filetype: 'zip' },
};

/** Detects a file's type from its name and content. Text is always served as text, whatever its extension. */
export function getMimeType(file: SharedFile): { mimetype: string; filetype: string } {
  const fileType = fileTypesByExtension[extname(file.name).toLowerCase()];
  if (fileType) return fileType;
  return decodeText(file) === undefined
    ? { mimetype: 'application/octet-stream', filetype: 'binary' }
    : { mimetype: 'text/plain', filetype: 'text' };
}

/** Converts a file to the format of Slack's API. */
export function toApiFile(file: SharedFile, baseUrl: string): Record<string, unknown> {
  const path = `${baseUrl}/files-pri/${file.id}/${encodeURIComponent(file.name)}`;
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    ...(file.altText === undefined ? {} : { alt_txt: file.altText }),
    ...getMimeType(file),
    size: file.size,
    user: file.user,
    mode: 'hosted',
    is_external: false,
    is_public: false,
    url_private: path,
    url_private_download: path,
    channels: file.channels.filter((id) => id.startsWith('C')),
    groups: [],
    ims: file.channels.filter((id) => id.startsWith('D')),
  };
}

/** Decodes a text file; undefined for binary content. */
export function decodeText(file: SharedFile): string | undefined {
  const text = Buffer.from(file.content, 'base64').toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells binary from text
  return /[\u0000-\u0008\u000e-\u001a\ufffd]/.test(text) ? undefined : text;
}
