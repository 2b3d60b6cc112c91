import type { CommandResult } from './ssh-client.ts';

const maxLength = 600;
const maskedText = '[masked]';

/**
 * Formats the error output of a failed command: the last lines of stderr (or stdout if empty), up to 600 characters, with
 * secrets masked.
 */
export function formatFailure(result: Pick<CommandResult, 'stdout' | 'stderr'>): string {
  const text = maskSecrets(result.stderr.trim() === '' ? result.stdout : result.stderr).trim();
  if (text.length <= maxLength) return text;
  const tail = text.slice(-maxLength);
  const firstLine = tail.indexOf('\n');
  return `…${firstLine === -1 ? tail : tail.slice(firstLine + 1)}`;
}

/** Masks likely secrets: PEM blocks (also truncated ones), bearer and bootstrap tokens, long base64 and hex strings. */
export function maskSecrets(text: string): string {
  return text
    .replace(/-----BEGIN [^-\n]*-----[\s\S]*?(?:-----END [^-\n]*-----|$)/g, maskedText)
    .replace(/^[\s\S]*?-----END [^-\n]*-----/g, maskedText)
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${maskedText}`)
    .replace(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, maskedText)
    .replace(/[A-Za-z0-9+/_-]{41,}={0,2}/g, (match) => (isLikelyKeyMaterial(match) ? maskedText : match));
}

/** Distinguishes key material from long paths and hyphenated names: it mixes upper case, lower case and digits, or is hex. */
function isLikelyKeyMaterial(text: string): boolean {
  return !/[/_-]/.test(text) || (/[A-Z]/.test(text) && /[a-z]/.test(text) && /[0-9]/.test(text));
}
