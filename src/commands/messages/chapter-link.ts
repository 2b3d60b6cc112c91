import { chapterOf } from '../../engine/manual/chapters.ts';
import { link, type Markdown } from './markdown.ts';

/** A chapter of the tutorial, to read beside it. */
export function chapterLink(chapter: number): Markdown {
  const { title, url } = chapterOf(chapter);
  return link(url, `Chapter ${chapter}: ${title}`);
}
