import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { allowAllPolicy } from '../../src/commands/authorization/policy.ts';
import { KthwError } from '../../src/engine/cluster/errors.ts';
import { openBrowser, type TestBrowser, warnIfNoBrowser } from './browser.ts';
import { findOverflowingElements } from './find-overflowing-elements.ts';
import { PersonWindow } from './person-window.ts';
import { type FakeStage, startFakes } from './start-fakes.ts';

const runMs = 60_000;
const small = '--controllers 1 --workers 1';
const grace = { team: 'T0000LOCAL', user: 'U000GRACE' };

describe.skipIf(warnIfNoBrowser())('in a browser, with a cloud in memory', () => {
  let browser: TestBrowser;
  let stage: FakeStage;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterEach(async ({ task }) => {
    await browser.closeWindows(task.result?.state === 'fail' ? `failed-${task.id}` : undefined);
    await stage.close();
  });
  afterAll(() => browser?.close());

  async function openWindow(handle: string, width?: number): Promise<PersonWindow> {
    const page = await browser.open(`${stage.pageUrl}#${handle}/clusters`, width === undefined ? {} : { width });
    const window = new PersonWindow(page);
    await window.channel.waitFor();
    return window;
  }

  test('creates a cluster from the modal, reports in a thread and offers the kubeconfig for download', async () => {
    stage = await startFakes();
    const ada = await openWindow('ada');
    await ada.say('/kthw create');
    const { modal } = ada;
    const name = modal.getByLabel('Name', { exact: true });
    await name.fill('Not A Name');
    await modal.getByLabel('Worker nodes').fill('1');
    await modal.getByRole('button', { name: 'Create' }).click();
    // An invalid field gets an error message and the focus.
    await modal.getByRole('alert').waitFor();
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    await modal.locator('.field.wrong input:focus').waitFor();
    await ada.picture('create-error');
    await name.fill('demo');
    await modal.getByLabel('Control plane nodes').selectOption('1');
    await name.press('Enter');
    await modal.waitFor({ state: 'hidden' });
    const summary = await ada.message(/demo · ready/, runMs);
    await ada.openThread(summary);
    await ada.reply(/demo is ready|demo: ready|demo · ready/, runMs);
    // The timeline is posted after the end of the run.
    await ada.thread.locator('.file-image img').waitFor({ timeout: runMs });
    await ada.picture('create-thread');
    await ada.page.keyboard.press('Escape');
    await ada.thread.waitFor({ state: 'hidden' });
    await ada.goTo('kthw 1 unread');
    const note = await ada.message('demo.kubeconfig', runMs);
    await ada.picture('kubeconfig');
    expect(await ada.download(note)).toContain('certificate-authority-data');
    // Opening the conversation marks it as read.
    await ada.page.getByRole('link', { name: 'kthw', exact: true }).waitFor();
    await ada.goTo('kthw home');
    await ada.page.locator('.home').getByText('demo', { exact: true }).waitFor();
    await ada.picture('home');
    expect(stage.loggedErrors).toEqual([]);
    expect(browser.pageErrors).toEqual([]);
  });

  test('another user approves a destructive request in a second window', async () => {
    stage = await startFakes({ ...allowAllPolicy, approvers: [grace] });
    const [ada, her] = [await openWindow('ada'), await openWindow('grace')];
    await ada.say(`/kthw create demo ${small}`);
    await ada.message(/demo · ready/, runMs);
    await ada.say('/kthw rebuild demo --from controllers');
    await ada.openThread(await ada.message(/demo · rebuild/));
    await (await ada.reply('Approval required', runMs)).getByRole('button', { name: 'Approve' }).click();
    await ada.reply('Only visible to you');
    await ada.picture('approval-refused');
    await her.openThread(await her.message(/demo · rebuild/));
    const question = await her.reply('Approval required');
    await her.picture('approval-asked');
    await question.getByRole('button', { name: 'Approve' }).click();
    // Both windows update without a reload.
    for (const window of [ada, her]) {
      await window.reply(/Approved by @grace/, runMs);
      await window.message(/demo · rebuilt/, runMs);
    }
    expect(await her.thread.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    expect(browser.pageErrors).toEqual([]);
  });

  test('reports a failed create and resumes it by button, in a window of phone width', async () => {
    stage = await startFakes();
    const error = () => new KthwError('quota', { doing: 'creating the instance demo-controller-0' });
    stage.compute.faults.plan({ call: /^insert instances/, when: 'before', error });
    const ada = await openWindow('ada', 390);
    await ada.say(`/kthw create demo ${small}`);
    const stopped = await ada.message(/demo · .*failed/, runMs);
    expect(await findOverflowingElements(ada.page)).toEqual([]);
    await ada.picture('phone-failed');
    await ada.openThread(stopped);
    await ada.reply(/quota/i, runMs);
    expect(await findOverflowingElements(ada.page)).toEqual([]);
    await ada.picture('phone-thread');
    await ada.thread.getByRole('button', { name: 'Close thread' }).click();
    await stopped.getByRole('button', { name: 'Resume' }).click();
    await ada.message(/demo · ready/, runMs);
    await ada.page.getByRole('button', { name: 'Channels' }).click();
    expect(await findOverflowingElements(ada.page)).toEqual([]);
    await ada.picture('phone-channels');
    expect(browser.pageErrors).toEqual([]);
  });
});
