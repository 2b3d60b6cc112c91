import type { RunResult } from './ssh-client.ts';

const maxLength = 600;
const masked = '[masked]';

/**
 * Why a command failed, for people: the last lines of what it wrote to standard error (or else to standard output), at
 * most some 600 characters, with secrets masked.
 */
export function failureText(result: Pick<RunResult, 'stdout' | 'stderr'>): string {
  const text = mask(result.stderr.trim() === '' ? result.stdout : result.stderr).trim();
  if (text.length <= maxLength) return text;
  const end = text.slice(-maxLength);
  const firstLine = end.indexOf('\n');
  return `…${firstLine === -1 ? end : end.slice(firstLine + 1)}`;
}

/** Replaces what looks like a secret: PEM blocks (also cut ones), bearer and bootstrap tokens, long base64 and hex. */
export function mask(text: string): string {
  return text
    .replace(/-----BEGIN [^-\n]*-----[\s\S]*?(?:-----END [^-\n]*-----|$)/g, masked)
    .replace(/^[\s\S]*?-----END [^-\n]*-----/g, masked)
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${masked}`)
    .replace(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, masked)
    .replace(/[A-Za-z0-9+/_-]{41,}={0,2}/g, (run) => (looksRandom(run) ? masked : run));
}

/** Long paths and names with dashes are made of words; key material has capitals, small letters and digits all over, or is hex. */
function looksRandom(run: string): boolean {
  return !/[/_-]/.test(run) || (/[A-Z]/.test(run) && /[a-z]/.test(run) && /[0-9]/.test(run));
}
