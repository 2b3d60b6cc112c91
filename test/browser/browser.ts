import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
const noTrafficFlags = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];
const timeoutMs = 30_000;

/** Folder of the screenshots that tests take. */
export const artefactsDir = join(import.meta.dirname, 'artefacts');

/** Returns the reason to skip browser tests and prints it prominently; undefined if Chromium is installed. */
export function warnIfNoBrowser(): string | undefined {
  if (existsSync(executablePath)) return undefined;
  const reason = `${executablePath} is not installed`;
  console.warn(`${'#'.repeat(80)}\n#  NOT TESTED: the page in a browser, because ${reason}\n${'#'.repeat(80)}`);
  return reason;
}

/** A browser controlled by a test. */
export interface TestBrowser {
  /**
   * Opens a window with separate cookies and storage.
   * @param size in CSS pixels; default 1280 × 860
   */
  open(url: string, size?: { readonly width?: number; readonly height?: number }): Promise<Page>;
  /** Errors and warnings from the consoles of all pages, and uncaught exceptions. */
  readonly pageErrors: readonly string[];
  /** Closes all windows. @param name base name of screenshots to take first */
  closeWindows(name?: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts Debian's Chromium with an empty profile. */
export async function openBrowser(): Promise<TestBrowser> {
  await mkdir(artefactsDir, { recursive: true });
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', ...noTrafficFlags],
  });
  const pageErrors: string[] = [];
  return {
    async closeWindows(name) {
      for (const [index, context] of browser.contexts().entries()) {
        const path = join(artefactsDir, `${name}-${index}.png`);
        if (name !== undefined) for (const page of context.pages()) await page.screenshot({ path });
        await context.close();
      }
    },
    pageErrors,
    async open(url, { width = 1280, height = 860 } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        deviceScaleFactor: 1,
        colorScheme: 'light',
        acceptDownloads: true,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(timeoutMs);
      page.on('pageerror', (error) => pageErrors.push(`uncaught: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) pageErrors.push(`${message.type()}: ${message.text()}`);
      });
      await page.goto(url);
      return page;
    },
    close: () => browser.close(),
  };
}
