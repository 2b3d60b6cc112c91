import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gallery, startGallery } from '../../local/gallery/gallery.ts';
import { samples } from '../../local/gallery/samples.ts';
import { getStatus } from '../support/get-status.ts';
import { artefactsDir, openBrowser, type TestBrowser, warnIfNoBrowser } from './browser.ts';
import { findOverflowingElements } from './find-overflowing-elements.ts';

const groups = [...Map.groupBy(samples, ({ group }) => group)];
const wide = { width: 1180, height: 900 };
const phone = { width: 390, height: 844 };

describe.skipIf(warnIfNoBrowser())('the gallery', () => {
  let browser: TestBrowser;
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

  test.each(groups)(
    'shows all samples of %s without overflow, in both themes and on a phone',
    async (group, groupSamples) => {
      await page.setViewportSize(wide);
      await page.getByRole('link', { name: `${group} ${groupSamples.length}`, exact: true }).click();
      await page.getByRole('heading', { name: group, exact: true, level: 1 }).waitFor();
      expect(await page.locator('.sample').count()).toBe(groupSamples.length);
      expect(await page.getByText('unsupported element').count()).toBe(0);
      const imageCount = groupSamples.filter(({ renderChart }) => renderChart).length;
      await expect.poll(() => countLoadedImages(page)).toBe(imageCount);
      const name = join(artefactsDir, `gallery-${group.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`);
      await page.screenshot({ path: `${name}-light.png`, fullPage: true });
      await page.getByRole('button', { name: 'Dark theme' }).click();
      await page.screenshot({ path: `${name}-dark.png`, fullPage: true });
      await page.getByRole('button', { name: 'Light theme' }).click();
      expect(await findOverflowingElements(page)).toEqual([]);
      await page.setViewportSize(phone);
      expect(await findOverflowingElements(page)).toEqual([]);
      await page.screenshot({ path: `${name}-phone.png`, fullPage: true });
      expect(browser.pageErrors).toEqual([]);
    },
  );

  test.each([{ host: 'evil.example' }, { origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }])(
    'denies requests with %j',
    async (headers) => {
      expect(await getStatus(`${gallery.url}/`, {})).toBe(200);
      expect(await getStatus(`${gallery.url}/`, { headers })).toBe(403);
    },
  );

  test('has a phone width option', async () => {
    await page.setViewportSize(wide);
    await page.getByRole('button', { name: 'Phone' }).click();
    expect((await page.locator('.sample').first().boundingBox())?.width).toBe(phone.width);
    expect(await findOverflowingElements(page)).toEqual([]);
  });
});

async function countLoadedImages(page: Page): Promise<number> {
  return await page.evaluate<number>(
    `[...document.querySelectorAll('.sample-picture')].filter((image) => image.complete && image.naturalWidth > 0).length`,
  );
}
