import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gallery, startGallery } from '../../local/gallery/gallery.ts';
import { samples } from '../../local/gallery/samples.ts';
import { artefacts, type Driven, openBrowser, whyNoBrowser } from './browser.ts';
import { overflowing } from './overflowing.ts';

const groups = [...Map.groupBy(samples, ({ group }) => group)];
const wide = { width: 1180, height: 900 };
const phone = { width: 390, height: 844 };

describe.skipIf(whyNoBrowser())('the gallery', () => {
  let browser: Driven;
  let gallery: Gallery;
  let page: Page;
  beforeAll(async () => {
    gallery = await startGallery();
    browser = await openBrowser();
    page = await browser.open(gallery.url, wide);
    await page.locator('.sample').first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await gallery?.close();
  });

  test.each(groups)('shows all of %s, with nothing cut off, in both colours and on a phone', async (group, of) => {
    await page.setViewportSize(wide);
    await page.getByRole('link', { name: `${group} ${of.length}`, exact: true }).click();
    await page.getByRole('heading', { name: group, exact: true, level: 1 }).waitFor();
    expect(await page.locator('.sample').count()).toBe(of.length);
    expect(await page.getByText('unsupported element').count()).toBe(0);
    const pictures = of.filter(({ renderChart }) => renderChart).length;
    await expect.poll(() => loadedPictures(page)).toBe(pictures);
    const name = join(artefacts, `gallery-${group.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`);
    await page.screenshot({ path: `${name}-light.png`, fullPage: true });
    await page.getByRole('button', { name: 'Dark colours' }).click();
    await page.screenshot({ path: `${name}-dark.png`, fullPage: true });
    await page.getByRole('button', { name: 'Light colours' }).click();
    expect(await overflowing(page)).toEqual([]);
    await page.setViewportSize(phone);
    expect(await overflowing(page)).toEqual([]);
    await page.screenshot({ path: `${name}-phone.png`, fullPage: true });
    expect(browser.complaints).toEqual([]);
  });

  test('is as narrow as a phone where its button says so', async () => {
    await page.setViewportSize(wide);
    await page.getByRole('button', { name: 'Phone' }).click();
    expect((await page.locator('.sample').first().boundingBox())?.width).toBe(phone.width);
    expect(await overflowing(page)).toEqual([]);
  });
});

async function loadedPictures(page: Page): Promise<number> {
  return await page.evaluate<number>(
    `[...document.querySelectorAll('.sample-picture')].filter((one) => one.complete && one.naturalWidth > 0).length`,
  );
}
