import { escapeXml, renderElement } from './element.ts';
import { palette } from './palette.ts';

interface TextOptions {
  readonly size?: number;
  readonly bold?: boolean;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Maximum width; longer text is truncated. */
  readonly width?: number;
}

/** @param y baseline */
export function renderText(x: number, y: number, content: string, options: TextOptions = {}): string {
  const { size = 14, bold = false, fill = palette.text, anchor = 'start', width } = options;
  return renderElement(
    'text',
    { x, y, fill, 'font-size': size, 'font-weight': bold ? 600 : 400, 'text-anchor': anchor },
    escapeXml(width === undefined ? content : clipText(content, width, size)),
  );
}

/** Estimate from the average letter width of the font. */
export function estimateTextWidth(content: string, size: number): number {
  return [...content].length * size * 0.56;
}

function clipText(content: string, width: number, size: number): string {
  if (estimateTextWidth(content, size) <= width) return content;
  const maxCharacters = Math.max(1, Math.floor(width / (size * 0.56)) - 1);
  return `${[...content].slice(0, maxCharacters).join('').trimEnd()}…`;
}
