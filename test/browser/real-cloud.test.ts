import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openKubectl } from '../../local/demo/kubectl.ts';
import { openStage, type Stage, whyNoStage } from '../e2e/stage.ts';
import { type Driven, openBrowser, whyNoBrowser } from './browser.ts';
import { PersonWindow } from './person-window.ts';

const minuteMs = 60_000;
const createMs = 15 * minuteMs;

describe.skipIf(whyNoStage() ?? whyNoBrowser())('in a browser, on real machines', () => {
  let browser: Driven;
  let stage: Stage;
  beforeAll(async () => {
    browser = await openBrowser();
    stage = await openStage();
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  test(
    'a cluster is described in the modal, and the kubeconfig that is downloaded works',
    async () => {
      const ada = new PersonWindow(await browser.open(`${stage.stack.workspaceUrl}/#ada/clusters`));
      try {
        await ada.say('/kthw create');
        await ada.modal.getByLabel('Name', { exact: true }).fill('demo');
        await ada.modal.getByLabel('Controllers').selectOption('1');
        await ada.modal.getByLabel('Workers').fill('1');
        await ada.modal.getByRole('button', { name: 'Create' }).click();
        const ended = await ada.message(/demo · (ready|.*stopped)/, createMs);
        expect(await ended.textContent()).toContain('demo · ready');
        await ada.picture('real-cloud');
        // On a machine so busy that Slack's three seconds pass, the modal stays and says so; what it asked for is done.
        if (await ada.modal.isVisible()) await ada.page.keyboard.press('Escape');
        await ada.goTo(/^kthw \d+ unread$/);
        const kubeconfig = join(stage.stateDir, 'kubeconfig');
        const content = await ada.download(await ada.message('demo.kubeconfig', minuteMs));
        await writeFile(kubeconfig, content, { mode: 0o600 });
        const kubectl = await openKubectl(stage.stack.mirrorUrl, kubeconfig, stage.stateDir, stage.signal);
        expect(await kubectl('get', 'nodes', '-o', 'name')).toBe('node/demo-worker-0');
        expect(browser.complaints).toEqual([]);
      } finally {
        await ada.picture('real-cloud-end');
      }
    },
    createMs + 5 * minuteMs,
  );
});
