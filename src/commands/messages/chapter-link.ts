import { getChapter } from '../../engine/manual/chapters.ts';
import { formatLink } from './link.ts';
import type { Markdown } from './markdown.ts';

/** Link to a chapter of Kubernetes The Hard Way. */
export function formatChapterLink(chapter: number): Markdown {
  const { title, url } = getChapter(chapter);
  return formatLink(url, `Chapter ${chapter}: ${title}`);
}
