import type { Page } from 'playwright-core';

/** Lists elements that exceed the window's width and are not inside a horizontally scrollable element. */
export async function findOverflowingElements(page: Page): Promise<string[]> {
  // Passed as text, because DOM types are not available in this project.
  return await page.evaluate<string[]>(`(() => {
    const scrolls = (element) => element !== null && element !== document.body &&
      (/auto|scroll/.test(getComputedStyle(element).overflowX) && element.clientWidth <= innerWidth || scrolls(element.parentElement));
    const wide = [...document.body.querySelectorAll('*')].filter((element) => {
      const { right, width } = element.getBoundingClientRect();
      return width > 1 && right > innerWidth + 1 && element.checkVisibility() && !scrolls(element.parentElement);
    });
    const all = document.documentElement.scrollWidth > innerWidth ? ['the page'] : [];
    return [...all, ...wide.map((element) => element.tagName + '.' + element.className + ': ' + element.textContent.slice(0, 60))];
  })()`);
}
