import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { artefacts } from './browser.ts';

/** What a person sees and does in a window: by what things are called, as somebody who reads the page would. */
export class PersonWindow {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The messages of the channel, or of the open thread. */
  get channel(): Locator {
    return this.page.locator('main [role=log]');
  }

  get thread(): Locator {
    return this.page.getByRole('complementary', { name: 'Thread' });
  }

  get modal(): Locator {
    return this.page.getByRole('dialog');
  }

  /** Types into the message box and sends with Enter. */
  async say(text: string): Promise<void> {
    const box = this.page.getByRole('main').getByRole('textbox', { name: /^Message / });
    await box.fill(text);
    await box.press('Enter');
  }

  /** The newest message of the channel with this in it, once there is one. */
  async message(text: string | RegExp, waitMs?: number): Promise<Locator> {
    const found = this.channel.locator('.message').filter({ hasText: text }).last();
    await found.waitFor(waitMs === undefined ? {} : { timeout: waitMs });
    return found;
  }

  /** The newest reply of the open thread with this in it, once there is one. */
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

  /** Goes to what the sidebar has of this name. */
  async goTo(name: string | RegExp): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Channels' }).getByRole('link', { name }).click();
  }

  /** Downloads a file that a message has. @returns its content */
  async download(message: Locator): Promise<string> {
    const coming = this.page.waitForEvent('download');
    await message.getByRole('link', { name: 'Download' }).click();
    return await readFile(await (await coming).path(), 'utf8');
  }

  /** Keeps a picture of the window. */
  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(artefacts, `${name}.png`) });
  }
}
