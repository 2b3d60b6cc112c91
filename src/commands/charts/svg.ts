import { palette } from './palette.ts';

/** Family of the font files that the renderer loads. */
export const fontFamily = 'Inter';

type AttributeValue = string | number | undefined;

/** Escapes attributes, not children: use `renderText` for text. */
export function renderElement(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  ...children: readonly string[]
): string {
  const attributeText = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escapeXml(String(value))}"`],
  );
  return `<${name}${attributeText.join('')}${children.length > 0 ? `>${children.join('')}</${name}>` : '/>'}`;
}

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

/** Root element with a rounded card; the corners stay transparent. */
export function renderCard(width: number, height: number, ...children: readonly string[]): string {
  const backgroundRect = { x: 1, y: 1, width: width - 2, height: height - 2, rx: 18 };
  return renderElement(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': fontFamily,
    },
    renderElement('rect', { ...backgroundRect, fill: palette.card, stroke: palette.edge, 'stroke-width': 1.5 }),
    ...children,
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

/** Drops characters that XML forbids. https://www.w3.org/TR/xml/#charsets */
function escapeXml(content: string): string {
  return content
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
