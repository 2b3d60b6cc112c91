import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { artefactsDir } from './browser.ts';

/** A user's window of the emulator page. Finds elements by their accessible names. */
export class PersonWindow {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The message list of the channel. */
  get channel(): Locator {
    return this.page.locator('main [role=log]');
  }

  get thread(): Locator {
    return this.page.getByRole('complementary', { name: 'Thread' });
  }

  get modal(): Locator {
    return this.page.getByRole('dialog');
  }

  /** Types into the channel's message box and sends with Enter. */
  async say(text: string): Promise<void> {
    const box = this.page.getByRole('main').getByRole('textbox', { name: /^Message / });
    await box.fill(text);
    await box.press('Enter');
  }

  /** Waits for a message of the channel with this text; returns the newest one. */
  async message(text: string | RegExp, waitMs?: number): Promise<Locator> {
    const found = this.channel.locator('.message').filter({ hasText: text }).last();
    await found.waitFor(waitMs === undefined ? {} : { timeout: waitMs });
    return found;
  }

  /** Waits for a reply in the open thread with this text; returns the newest one. */
  async reply(text: string | RegExp, waitMs?: number): Promise<Locator> {
    const found = this.thread.locator('.message').filter({ hasText: text }).last();
    await found.waitFor(waitMs === undefined ? {} : { timeout: waitMs });
    return found;
  }

  /** Opens the thread of a message. */
  async openThread(message: Locator): Promise<void> {
    await message
      .getByRole('button', { name: /repl(y|ies)/i })
      .first()
      .click();
    await this.thread.waitFor();
  }

  /** Clicks a link in the sidebar. */
  async goTo(name: string | RegExp): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Channels' }).getByRole('link', { name }).click();
  }

  /** Downloads a message's file. @returns its content */
  async download(message: Locator): Promise<string> {
    const download = this.page.waitForEvent('download');
    await message.getByRole('link', { name: 'Download' }).click();
    return await readFile(await (await download).path(), 'utf8');
  }

  /** Saves a screenshot of the window in the artefacts folder. */
  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(artefactsDir, `${name}.png`) });
  }
}
