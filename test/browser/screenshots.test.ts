import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allowAllPolicy } from '../../src/commands/authorization/policy.ts';
import { artefactsDir, openBrowser, type TestBrowser, warnIfNoBrowser } from './browser.ts';
import { PersonWindow } from './person-window.ts';
import { type FakeStage, startFakes } from './start-fakes.ts';

const runMs = 180_000;
const testMs = 2 * runMs;
const maxBytes = 150_000;
const windowSize = { width: 1060, height: 570 };
const names = ['thread', 'timeline', 'cluster-map', 'home', 'approval'];

/** `npm run screenshots` copies these images to docs/images. */
const screenshotsDir = join(artefactsDir, 'screenshots');

describe.skipIf(warnIfNoBrowser())('the screenshots of the documentation', () => {
  let browser: TestBrowser;
  let stage: FakeStage;
  beforeAll(async () => {
    browser = await openBrowser();
    stage = await startFakes({ ...allowAllPolicy, approvers: [{ team: 'T0000LOCAL', user: 'U000GRACE' }] });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  async function openWindow(handle: string): Promise<PersonWindow> {
    const page = await browser.open(`${stage.pageUrl}#${handle}/clusters`, windowSize);
    return new PersonWindow(page);
  }

  async function saveScreenshot(target: Pick<Locator, 'screenshot'>, name: string): Promise<void> {
    await target.screenshot({ path: join(screenshotsDir, `${name}.png`) });
  }

  /** Opens an attached image in its own window, because threads show it small. */
  async function saveImage(image: Locator, name: string): Promise<void> {
    await image.waitFor({ timeout: runMs });
    const path = (await image.getAttribute('src')) ?? '';
    const page = await browser.open(stage.pageUrl, windowSize);
    await page.goto(`${stage.url}${path}`);
    await saveScreenshot(page.locator('img'), name);
  }

  test(
    'show a create, its timeline, the cluster map, the Home tab and an approval',
    async () => {
      const ada = await openWindow('ada');
      await ada.say('/kthw create demo --workers 2');
      await ada.openThread(await ada.message(/demo · ready/, runMs));
      const timeline = ada.thread.locator('.file-image img');
      await saveImage(timeline, 'timeline');
      await timeline.scrollIntoViewIfNeeded();
      await saveScreenshot(ada.page, 'thread');
      await ada.say('/kthw status demo');
      await ada.goTo(/^kthw \d+ unread$/);
      await saveImage(ada.channel.locator('.file-image img'), 'cluster-map');
      await ada.goTo(/^clusters/);
      await ada.say('/kthw scale demo --workers 1');
      await ada.openThread(await ada.message(/demo · scal/));
      await ada.thread.getByRole('button', { name: 'Approve' }).waitFor({ timeout: runMs });
      await saveScreenshot(ada.page, 'approval');
      await ada.goTo('kthw home');
      await ada.page.locator('.home').getByText('demo', { exact: true }).waitFor();
      await saveScreenshot(ada.page, 'home');
      const sizes = await Promise.all(
        names.map(async (name) => (await stat(join(screenshotsDir, `${name}.png`))).size),
      );
      expect(sizes.filter((size) => size > maxBytes)).toEqual([]);
    },
    testMs,
  );
});
