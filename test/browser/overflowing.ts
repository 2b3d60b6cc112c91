import type { Page } from 'playwright-core';

/** What of a page is wider than the window, but for what can be scrolled sideways on purpose. */
export async function overflowing(page: Page): Promise<string[]> {
  // A text, since the page's types are not those of this side.
  return await page.evaluate<string[]>(`(() => {
    const scrolls = (element) => element !== null && element !== document.body &&
      (/auto|scroll/.test(getComputedStyle(element).overflowX) && element.clientWidth <= innerWidth || scrolls(element.parentElement));
    const wide = [...document.body.querySelectorAll('*')].filter((element) => {
      const { right, width } = element.getBoundingClientRect();
      return width > 1 && right > innerWidth + 1 && element.checkVisibility() && !scrolls(element.parentElement);
    });
    const all = document.documentElement.scrollWidth > innerWidth ? ['the page itself'] : [];
    return [...all, ...wide.map((element) => element.tagName + '.' + element.className + ': ' + element.textContent.slice(0, 60))];
  })()`);
}
