import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKubectl, type Kubectl } from '../../local/driver/kubectl.ts';
import { type LocalEnvironment, openLocalEnvironment } from '../../local/driver/local-environment.ts';
import { buildErrorResponse } from '../e2e/compute-faults.ts';
import { findSkipReason } from '../e2e/find-skip-reason.ts';
import { openBrowser, type TestBrowser, warnIfNoBrowser } from './browser.ts';
import { PersonWindow } from './person-window.ts';

const minuteMs = 60_000;
const createMs = 15 * minuteMs;

/** One cluster: its create fails and is resumed, its kubeconfig works, and a scale-down needs a second user's approval. */
describe.skipIf(findSkipReason() ?? warnIfNoBrowser())('in a browser, on real machines', () => {
  let browser: TestBrowser;
  let environment: LocalEnvironment;
  let ada: PersonWindow;
  let kubectl: Kubectl;
  beforeAll(async () => {
    browser = await openBrowser();
    environment = await openLocalEnvironment({ botEnv: { KTHW_APPROVERS: 'T0000LOCAL:U000GRACE' } });
    ada = await openWindow('ada');
  });
  afterAll(async () => {
    await browser?.close();
    await environment?.close();
  });

  async function openWindow(handle: string): Promise<PersonWindow> {
    return new PersonWindow(await browser.open(`${environment.pageUrl}#${handle}/clusters`));
  }

  test(
    'resumes a create that exceeded a quota by button',
    async () => {
      const quotaMessage = "Quota 'FIREWALLS' exceeded. Limit: 100.0 globally.";
      const times = 3;
      await environment.compute.injectFaults({
        match: 'POST /global/firewalls',
        times,
        respond: buildErrorResponse(403, 'quotaExceeded', quotaMessage),
      });
      await ada.say('/kthw create');
      await ada.modal.getByLabel('Name', { exact: true }).fill('demo');
      await ada.modal.getByLabel('Control plane nodes').selectOption('1');
      await ada.modal.getByLabel('Worker nodes').fill('1');
      await ada.modal.getByRole('button', { name: 'Create' }).click();
      const stopped = await ada.message(/demo · .*failed/, createMs);
      // On a busy machine the ack takes over three seconds: the modal stays open with an error, but the create runs.
      if (await ada.modal.isVisible()) await ada.page.keyboard.press('Escape');
      await ada.picture('real-cloud-stopped');
      await stopped.getByRole('button', { name: 'Resume' }).click();
      await ada.message('demo · ready', createMs);
      await ada.picture('real-cloud');
      expect(browser.pageErrors).toEqual([]);
    },
    createMs + minuteMs,
  );

  test(
    'offers a working kubeconfig for download',
    async () => {
      await ada.goTo(/^kthw \d+ unread$/);
      const kubeconfig = join(environment.stack.stateDir, 'kubeconfig');
      const content = await ada.download(await ada.message('demo.kubeconfig', minuteMs));
      await writeFile(kubeconfig, content, { mode: 0o600 });
      kubectl = await createKubectl(
        environment.stack.mirrorUrl,
        kubeconfig,
        environment.stack.stateDir,
        environment.signal,
      );
      expect(await kubectl('get', 'nodes', '-o', 'name')).toBe('node/demo-worker-0');
      await ada.goTo(/^clusters/);
      expect(browser.pageErrors).toEqual([]);
    },
    2 * minuteMs,
  );

  test(
    'deletes the last worker after the approval of another user',
    async () => {
      const grace = await openWindow('grace');
      await ada.say('/kthw scale demo --workers 0');
      await ada.openThread(await ada.message(/demo · (scaling|scale awaiting approval)/, minuteMs));
      await (await ada.reply('Approval required', minuteMs)).getByRole('button', { name: 'Approve' }).click();
      await ada.reply('Only visible to you', minuteMs);
      await grace.openThread(await grace.message(/demo · (scaling|scale awaiting approval)/, minuteMs));
      await (await grace.reply('Approval required', minuteMs)).getByRole('button', { name: 'Approve' }).click();
      await ada.reply(/Approved by @grace/, minuteMs);
      await ada.message('demo · scaled', createMs);
      await ada.picture('real-cloud-scaled');
      expect(await kubectl('get', 'nodes', '-o', 'name')).toBe('');
      expect(browser.pageErrors).toEqual([]);
    },
    createMs + 2 * minuteMs,
  );
});
