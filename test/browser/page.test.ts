import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from '../local/slack/test-environment.ts';
import { type Driven, openBrowser, whyNoBrowser } from './browser.ts';
import { PersonWindow } from './person-window.ts';
import { aBot } from './start-bot.ts';
import { patient } from './wait-for-page.ts';

describe.skipIf(whyNoBrowser())('the page', () => {
  let browser: Driven;
  let harness: Harness;
  const asked = new Set<string>();
  beforeAll(async () => {
    browser = await openBrowser();
  });
  beforeEach(async () => {
    harness = await startHarness(aBot, patient);
  });
  afterEach(async ({ task }) => {
    await browser.closeWindows(task.result?.state === 'fail' ? `failed-${task.id}` : undefined);
    await harness.close();
    expect(browser.complaints).toEqual([]);
  });
  afterAll(() => browser?.close());

  async function windowOf(who: string, place = 'clusters'): Promise<PersonWindow> {
    const { url } = harness.workspace;
    const page = await browser.open(`${url}/#${who}/${place}`);
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    await page.getByRole('main').waitFor();
    return new PersonWindow(page);
  }

  test('shows a Home tab once it is opened, asks before a press that wants it, and shows what comes of it', async () => {
    const { page } = await windowOf('ada');
    await page.getByRole('link', { name: 'kthw home' }).click();
    await page.getByText('Presses: 0').waitFor();
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Count' }).click();
    await page.getByText('Presses: 1').waitFor();
  });

  test('keeps what is typed into a modal while the bot changes it, puts errors beside fields, and goes up and down its stack', async () => {
    const ada = await windowOf('ada');
    const { modal } = ada;
    await ada.say('/kthw modal');
    await modal.getByLabel('Name').fill('taken');
    await modal.getByLabel('Letter').selectOption('b');
    await modal.getByText('The letter is b').waitFor();
    await modal.getByRole('button', { name: 'Next' }).click();
    await modal.getByText('this name is taken').waitFor();
    await modal.getByLabel('Name').fill('free');
    await modal.getByLabel('Name').press('Enter');
    await modal.getByText('You said free').waitFor();
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

  test('shows pictures, texts on demand, and to one person alone what is for them', async () => {
    const [ada, grace] = [await windowOf('ada'), await windowOf('grace')];
    await ada.say('/kthw secret');
    await ada.message(/Only visible to you[\s\S]*a word in your ear/);
    await ada.say('/kthw files');
    const lines = await grace.message('lines.txt');
    await lines.getByRole('button', { name: 'Preview' }).click();
    await lines.getByText('one\ntwo').waitFor();
    expect(await grace.download(lines)).toBe('one\ntwo\n');
    const picture = (await grace.message('square.png')).getByRole('img', { name: 'a square' });
    await expect.poll(async () => (await picture.boundingBox())?.width).toBe(64);
    expect(await grace.channel.getByText('a word in your ear').count()).toBe(0);
  });

  test('marks what is unread, in the window of whoever has not read it, until they do', async () => {
    const [ada, grace] = [await windowOf('ada', '@grace'), await windowOf('grace')];
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

  test('leads from a link to a message into its thread, in the same window', async () => {
    const ada = await windowOf('ada');
    await ada.say('/kthw link');
    const link = (await ada.message('this way')).getByRole('link');
    await link.click();
    await ada.reply('where it leads');
    const [, ts] = /([\d.]+)$/.exec(ada.page.url()) ?? [];
    const { page } = await windowOf('grace');
    await page.goto(`${harness.workspace.url}/archives/C0CLUSTER/p${ts?.replace('.', '')}`);
    await new PersonWindow(page).reply('where it leads');
  });

  test('is used with the keyboard alone', async () => {
    const { page, channel } = await windowOf('ada');
    const box = page.getByRole('textbox', { name: 'Message #clusters' });
    // The box has the keyboard from the start.
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

  test('is somebody else at a press, dark at another and after a reload, and asks nobody but the workspace', async () => {
    const { page } = await windowOf('ada');
    await page.getByText('You are Ada Lovelace').click();
    await page.getByRole('link', { name: 'Be Grace Hopper', exact: true }).click();
    await page.getByText('You are Grace Hopper').waitFor();
    await page.getByRole('button', { name: 'Dark colours' }).click();
    await page.reload();
    await page.locator('html[data-theme=dark]').waitFor();
    await page.getByText('You are Grace Hopper').waitFor();
    expect([...asked]).toEqual([...asked].filter((origin) => origin.startsWith('http://127.0.0.1:')));
    expect(asked.size).toBeGreaterThan(0);
  });
});
