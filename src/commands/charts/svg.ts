import { palette } from './palette.ts';

/** The family that the renderer is given. */
export const fontFamily = 'Inter';

type Value = string | number | undefined;

/** An element. What is in it is markup already; texts come by `text`, which escapes them. */
export function element(
  name: string,
  attributes: Readonly<Record<string, Value>>,
  ...inside: readonly string[]
): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  return `<${name}${given.join('')}${inside.length > 0 ? `>${inside.join('')}</${name}>` : '/>'}`;
}

interface TextLook {
  readonly size?: number;
  readonly bold?: boolean;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** The widest it may be; what is longer is cut. */
  readonly width?: number;
}

/** A line of text on its base line. */
export function text(x: number, y: number, words: string, look: TextLook = {}): string {
  const { size = 14, bold = false, fill = palette.text, anchor = 'start', width } = look;
  return element(
    'text',
    { x, y, fill, 'font-size': size, 'font-weight': bold ? 600 : 400, 'text-anchor': anchor },
    escaped(width === undefined ? words : clipped(words, width, size)),
  );
}

/** A drawing on its card. Around it nothing is drawn, so that whatever is behind shows. */
export function card(width: number, height: number, ...inside: readonly string[]): string {
  const ground = { x: 1, y: 1, width: width - 2, height: height - 2, rx: 18 };
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': fontFamily,
    },
    element('rect', { ...ground, fill: palette.card, stroke: palette.edge, 'stroke-width': 1.5 }),
    ...inside,
  );
}

/** About as wide as the font draws it: an average of its letters. */
export function widthOf(words: string, size: number): number {
  return [...words].length * size * 0.56;
}

function clipped(words: string, width: number, size: number): string {
  if (widthOf(words, size) <= width) return words;
  const most = Math.max(1, Math.floor(width / (size * 0.56)) - 1);
  return `${[...words].slice(0, most).join('').trimEnd()}…`;
}

/** Characters that XML does not take at all are left out. https://www.w3.org/TR/xml/#charsets */
function escaped(words: string): string {
  return words
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
