import { getChapter } from '../../engine/manual/chapters.ts';
import { formatLink, type Markdown } from './markdown.ts';

/** A chapter of the tutorial, to read beside it. */
export function formatChapterLink(chapter: number): Markdown {
  const { title, url } = getChapter(chapter);
  return formatLink(url, `Chapter ${chapter}: ${title}`);
}
