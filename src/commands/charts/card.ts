import { renderElement } from './element.ts';
import { palette } from './palette.ts';

/** Family of the font files that the renderer loads. */
export const fontFamily = 'Inter';

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
