import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startSlackEmulator } from '../../local/slack/start-slack-emulator.ts';
import { type Harness, startHarness } from '../local/slack/test-environment.ts';
import { openBrowser, type TestBrowser, warnIfNoBrowser } from './browser.ts';
import { emulatorOptions } from './emulator-options.ts';
import { PersonWindow } from './person-window.ts';
import { registerTestBot } from './test-bot.ts';

describe.skipIf(warnIfNoBrowser())('the page', () => {
  let browser: TestBrowser;
  let harness: Harness;
  const requestedOrigins = new Set<string>();
  beforeAll(async () => {
    browser = await openBrowser();
  });
  beforeEach(async () => {
    harness = await startHarness(registerTestBot, emulatorOptions);
  });
  afterEach(async ({ task }) => {
    await browser.closeWindows(task.result?.state === 'fail' ? `failed-${task.id}` : undefined);
    await harness.close();
    expect(browser.pageErrors).toEqual([]);
  });
  afterAll(() => browser?.close());

  async function openWindow(handle: string, location = 'clusters'): Promise<PersonWindow> {
    const { pageUrl } = harness.workspace;
    const page = await browser.open(`${pageUrl}#${handle}/${location}`);
    page.on('request', (request) => requestedOrigins.add(new URL(request.url()).origin));
    await page.getByRole('main').waitFor();
    return new PersonWindow(page);
  }

  test('shows the Home tab, confirms a click and shows its result', async () => {
    const { page } = await openWindow('ada');
    await page.getByRole('link', { name: 'kthw home' }).click();
    await page.getByText('Clicks: 0').waitFor();
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Count' }).click();
    await page.getByText('Clicks: 1').waitFor();
  });

  test('keeps input while the bot updates a modal, shows field errors, and supports a stack of modals', async () => {
    const ada = await openWindow('ada');
    const { modal } = ada;
    await ada.say('/kthw modal');
    await modal.getByLabel('Name').fill('taken');
    await modal.getByLabel('Letter').selectOption('b');
    await modal.getByText('The letter is b').waitFor();
    await modal.getByRole('button', { name: 'Next' }).click();
    await modal.getByText('this name is taken').waitFor();
    await modal.getByLabel('Name').fill('free');
    await modal.getByLabel('Name').press('Enter');
    await modal.getByText('Name: free').waitFor();
    await modal.getByRole('button', { name: 'Back' }).click();
    expect(await modal.getByLabel('Name').inputValue()).toBe('free');
    await modal.getByRole('button', { name: 'Next' }).click();
    await modal.getByRole('button', { name: 'Done' }).click();
    await modal.waitFor({ state: 'hidden' });
    await ada.say('/kthw modal');
    await modal.waitFor();
    await ada.page.keyboard.press('Escape');
    await modal.waitFor({ state: 'hidden' });
    expect(await harness.people.listViews('ada')).toEqual([]);
  });

  test('shows images, text previews and ephemeral messages', async () => {
    const [ada, grace] = [await openWindow('ada'), await openWindow('grace')];
    await ada.say('/kthw secret');
    await ada.message(/Only visible to you[\s\S]*ephemeral text/);
    await ada.say('/kthw files');
    const lines = await grace.message('lines.txt');
    await lines.getByRole('button', { name: 'Preview' }).click();
    await lines.getByText('one\ntwo').waitFor();
    expect(await grace.download(lines)).toBe('one\ntwo\n');
    const picture = (await grace.message('square.png')).getByRole('img', { name: 'a square' });
    await expect.poll(async () => (await picture.boundingBox())?.width).toBe(64);
    expect(await grace.channel.getByText('ephemeral text').count()).toBe(0);
  });

  test('marks unread messages until the user reads them', async () => {
    const [ada, grace] = [await openWindow('ada', '@grace'), await openWindow('grace')];
    await ada.say('hello Grace');
    const marked = grace.page.getByRole('link', { name: 'Ada Lovelace 1 unread' });
    await marked.click();
    await grace.message('hello Grace');
    await grace.page.getByRole('link', { name: 'Ada Lovelace', exact: true }).waitFor();
    await grace.say('hello Ada');
    await ada.message('hello Ada');
    await grace.openThread(await grace.message('hello Grace'));
    await grace.thread.getByRole('textbox').fill('and in a thread');
    await grace.thread.getByRole('textbox').press('Enter');
    await ada.message('1 reply');
  });

  test('opens permalinks as threads in the same window', async () => {
    const ada = await openWindow('ada');
    await ada.say('/kthw link');
    const link = (await ada.message('link')).getByRole('link');
    await link.click();
    await ada.reply('link target');
    const [, ts] = /([\d.]+)$/.exec(ada.page.url()) ?? [];
    const { page } = await openWindow('grace');
    await page.goto(`${harness.workspace.url}/archives/C0CLUSTER/p${ts?.replace('.', '')}`);
    await new PersonWindow(page).reply('link target');
  });

  test('says where its new URL is when the emulator restarts with a new access token', async () => {
    // The failed requests appear in the console of this browser only.
    const otherBrowser = await openBrowser();
    onTestFinished(() => otherBrowser.close());
    const page = await otherBrowser.open(`${harness.workspace.pageUrl}#ada/clusters`);
    await page.getByRole('main').waitFor();
    await harness.workspace.close();
    const restarted = await startSlackEmulator({ port: Number(new URL(harness.workspace.url).port) });
    onTestFinished(() => restarted.close());
    await page.getByText('Open the URL that the local stack printed when it started').waitFor();
    await page.goto(restarted.pageUrl);
    await page.getByRole('main').waitFor();
  });

  test('can be used with the keyboard only', async () => {
    const { page, channel } = await openWindow('ada');
    const box = page.getByRole('textbox', { name: 'Message #clusters' });
    // The message box has the focus initially.
    await page.keyboard.type('/k');
    await page.getByRole('button', { name: /^\/kthw/ }).waitFor();
    await page.keyboard.press('Tab');
    expect(await box.inputValue()).toBe('/kthw ');
    await page.keyboard.press('Escape');
    await page.keyboard.type('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    await page.keyboard.press('Enter');
    await channel.getByText('one\ntwo').waitFor();
    await page.keyboard.type('three');
    await page.keyboard.press('Enter');
    await channel.getByText('three').waitFor();
    await page.keyboard.press('ArrowUp');
    expect(await box.inputValue()).toBe('three');
    await page.keyboard.press('Escape');
    await page.locator('main [role=log]').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    const thread = page.getByRole('complementary', { name: 'Thread' });
    await thread.getByText('one\ntwo').waitFor();
    await page.keyboard.press('Escape');
    await thread.waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'general' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '#random' }).waitFor();
  });

  test('switches users, keeps the dark theme after a reload, and sends requests to the emulator only', async () => {
    const { page } = await openWindow('ada');
    await page.getByText('You are Ada Lovelace').click();
    await page.getByRole('link', { name: 'Switch to Grace Hopper', exact: true }).click();
    await page.getByText('You are Grace Hopper').waitFor();
    await page.getByRole('button', { name: 'Dark theme' }).click();
    await page.reload();
    await page.locator('html[data-theme=dark]').waitFor();
    await page.getByText('You are Grace Hopper').waitFor();
    expect([...requestedOrigins]).toEqual(
      [...requestedOrigins].filter((origin) => origin.startsWith('http://127.0.0.1:')),
    );
    expect(requestedOrigins.size).toBeGreaterThan(0);
  });
});
