import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic'];
const patienceMs = 30_000;

/** Where pictures of the page are kept. */
export const artefacts = join(import.meta.dirname, 'artefacts');

/** Why nothing is tried in a browser here; says so where nobody overlooks it. */
export function whyNoBrowser(): string | undefined {
  if (existsSync(executablePath)) return undefined;
  const why = `there is no ${executablePath}`;
  console.warn(`${'#'.repeat(80)}\n#  NOT TESTED: the page in a browser, because ${why}\n${'#'.repeat(80)}`);
  return why;
}

/** A browser that a test drives, with what its pages complain about. */
export interface Driven {
  /**
   * Opens a window of its own: nothing is shared with another.
   * @param width in CSS pixels
   */
  open(url: string, how?: { readonly width?: number }): Promise<Page>;
  /** Errors on any page's console, or thrown in it. */
  readonly complaints: readonly string[];
  /** Keeps pictures of all windows, and closes them. */
  closeWindows(name?: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts Debian's Chromium with nothing of an earlier one. */
export async function openBrowser(): Promise<Driven> {
  await mkdir(artefacts, { recursive: true });
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', ...quiet],
  });
  const complaints: string[] = [];
  return {
    async closeWindows(name) {
      for (const [index, context] of browser.contexts().entries()) {
        const path = join(artefacts, `${name}-${index}.png`);
        if (name !== undefined) for (const page of context.pages()) await page.screenshot({ path });
        await context.close();
      }
    },
    complaints,
    async open(url, { width = 1280 } = {}) {
      const context = await browser.newContext({
        viewport: { width, height: 860 },
        colorScheme: 'light',
        acceptDownloads: true,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(patienceMs);
      page.on('pageerror', (error) => complaints.push(`thrown: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
      });
      await page.goto(url);
      return page;
    },
    close: () => browser.close(),
  };
}
