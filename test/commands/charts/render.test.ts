import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { samples } from '../../../local/gallery/samples.ts';
import { renderCard } from '../../../src/commands/charts/card.ts';
import { colorUsage, palette } from '../../../src/commands/charts/palette.ts';
import { renderPng } from '../../../src/commands/charts/render-png.ts';
import { renderText } from '../../../src/commands/charts/text.ts';

const root = join(import.meta.dirname, '../../..');
const pictures = samples.flatMap(({ name, renderChart }) => (renderChart ? [[name, renderChart] as const] : []));

describe('a chart', () => {
  test.each(pictures)('%s is a PNG of a size that Slack displays without cropping', async (_, picture) => {
    const png = Buffer.from(await picture());
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    expect(width).toBe(1_800);
    expect(height).toBeGreaterThan(250);
    expect(height).toBeLessThan(3_000);
    expect(png.length).toBeLessThan(1_000_000);
  });

  test('draws text with the bundled font', async () => {
    const [blank, written] = await Promise.all([
      renderPng(renderCard(400, 100)),
      renderPng(renderCard(400, 100, renderText(20, 50, 'Łódź → 10.240.0.10', { size: 24 }))),
    ]);
    expect(written.length).toBeGreaterThan(blank.length + 1_000);
  });

  test('rejects invalid SVG and renders the next chart', async () => {
    await expect(renderPng('<svg')).rejects.toThrow();
    expect((await renderPng(renderCard(40, 40))).length).toBeGreaterThan(100);
  });

  test('loads the renderer only when the first chart is drawn', () => {
    const code = `
      await import(${JSON.stringify(join(root, 'src/app.ts'))});
      const { createRequire } = await import('node:module');
      const loaded = process.report.getReport().sharedObjects.some((file) => file.includes('resvg'));
      console.log(loaded);`;
    const args = ['--input-type=module', '--no-warnings', '-e', code];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    expect(stdout.trim(), stderr).toBe('false');
  });
});

describe('colours', () => {
  const grounds = [palette.card, palette.stripe];

  test.each(colorUsage.text)('text in “%s” has the WCAG contrast of 4.5:1 on the card', (name) => {
    for (const ground of grounds) expect(contrast(palette[name], ground)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(colorUsage.shapes)('a shape in “%s” has the WCAG contrast of 3:1 on the card', (name) => {
    for (const ground of grounds) expect(contrast(palette[name], ground)).toBeGreaterThanOrEqual(3);
  });

  test('are distinguishable in adjacent bars', () => {
    expect(contrast(palette.work, palette.critical)).toBeGreaterThanOrEqual(2);
    expect(contrast(palette.work, palette.rest)).toBeGreaterThanOrEqual(2);
  });

  test('are compared by the WCAG formula', () => {
    expect(contrast('#ffffff', '#000000')).toBeCloseTo(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 1);
  });
});

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
