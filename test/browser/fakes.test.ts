import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { allowAllPolicy } from '../../src/commands/authorization/policy.ts';
import { KthwError } from '../../src/engine/cluster/errors.ts';
import { type Driven, openBrowser, whyNoBrowser } from './browser.ts';
import { overflowing } from './overflowing.ts';
import { PersonWindow } from './person-window.ts';
import { type DoublesStage, openDoublesStage } from './start-fakes.ts';

const runMs = 60_000;
const small = '--controllers 1 --workers 1';
const grace = { team: 'T0000LOCAL', user: 'U000GRACE' };

describe.skipIf(whyNoBrowser())('in a browser, with a cloud in memory', () => {
  let browser: Driven;
  let stage: DoublesStage;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterEach(async ({ task }) => {
    await browser.closeWindows(task.result?.state === 'fail' ? `failed-${task.id}` : undefined);
    await stage.close();
  });
  afterAll(() => browser?.close());

  async function windowOf(who: string, width?: number): Promise<PersonWindow> {
    const page = await browser.open(`${stage.url}/#${who}/clusters`, width === undefined ? {} : { width });
    const window = new PersonWindow(page);
    await window.channel.waitFor();
    return window;
  }

  test('a cluster is described in the modal, told in its thread, and its kubeconfig is downloaded', async () => {
    stage = await openDoublesStage();
    const ada = await windowOf('ada');
    await ada.say('/kthw create');
    const { modal } = ada;
    const name = modal.getByLabel('Name', { exact: true });
    await name.fill('Not A Name');
    await modal.getByLabel('Workers').fill('1');
    await modal.getByRole('button', { name: 'Create' }).click();
    // What is wrong is said beside its field, which gets the keyboard.
    await modal.getByRole('alert').waitFor();
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    await modal.locator('.field.wrong input:focus').waitFor();
    await ada.picture('create-error');
    await name.fill('demo');
    await modal.getByLabel('Controllers').selectOption('1');
    await name.press('Enter');
    await modal.waitFor({ state: 'hidden' });
    const summary = await ada.message(/demo · ready/, runMs);
    await ada.openThread(summary);
    await ada.reply(/demo is ready|demo: ready|demo · ready/, runMs);
    // The run's picture comes after its end.
    await ada.thread.locator('.file-image img').waitFor({ timeout: runMs });
    await ada.picture('create-thread');
    await ada.page.keyboard.press('Escape');
    await ada.thread.waitFor({ state: 'hidden' });
    await ada.goTo('kthw 1 unread');
    const note = await ada.message('demo.kubeconfig', runMs);
    await ada.picture('kubeconfig');
    expect(await ada.download(note)).toContain('certificate-authority-data');
    // What was seen is not unread any more.
    await ada.page.getByRole('link', { name: 'kthw', exact: true }).waitFor();
    await ada.goTo('kthw home');
    await ada.page.locator('.home').getByText('demo', { exact: true }).waitFor();
    await ada.picture('home');
    expect(stage.logged).toEqual([]);
    expect(browser.complaints).toEqual([]);
  });

  test('what one person asks to destroy, another approves in a window of their own', async () => {
    stage = await openDoublesStage({ ...allowAllPolicy, approvers: [grace] });
    const [ada, her] = [await windowOf('ada'), await windowOf('grace')];
    await ada.say(`/kthw create demo ${small}`);
    await ada.message(/demo · ready/, runMs);
    await ada.say('/kthw rebuild demo --from controllers');
    await ada.openThread(await ada.message(/demo · rebuilding/));
    await (await ada.reply('waits for a yes', runMs)).getByRole('button', { name: 'Approve' }).click();
    await ada.reply('Only visible to you');
    await ada.picture('approval-refused');
    await her.openThread(await her.message(/demo · rebuilding/));
    const question = await her.reply('waits for a yes');
    await her.picture('approval-asked');
    await question.getByRole('button', { name: 'Approve' }).click();
    // Both windows see what came of it, without a step of theirs.
    for (const window of [ada, her]) {
      await window.reply(/Approved by @grace/, runMs);
      await window.message(/demo · rebuilt/, runMs);
    }
    expect(await her.thread.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    expect(browser.complaints).toEqual([]);
  });

  test('a create that fails says so and is resumed with a button, on a window as wide as a phone', async () => {
    stage = await openDoublesStage();
    const error = () => new KthwError('quota', { doing: 'making the machine demo-controller-0' });
    stage.cloud.faults.plan({ call: /^insert instances/, when: 'before', error });
    const ada = await windowOf('ada', 390);
    await ada.say(`/kthw create demo ${small}`);
    const stopped = await ada.message(/demo · .*stopped/, runMs);
    expect(await overflowing(ada.page)).toEqual([]);
    await ada.picture('phone-failed');
    await ada.openThread(stopped);
    await ada.reply(/quota/i, runMs);
    expect(await overflowing(ada.page)).toEqual([]);
    await ada.picture('phone-thread');
    await ada.thread.getByRole('button', { name: 'Close the thread' }).click();
    await stopped.getByRole('button', { name: 'Resume' }).click();
    await ada.message(/demo · ready/, runMs);
    await ada.page.getByRole('button', { name: 'Channels' }).click();
    expect(await overflowing(ada.page)).toEqual([]);
    await ada.picture('phone-channels');
    expect(browser.complaints).toEqual([]);
  });
});
