import { getChapter } from '../../engine/manual/chapters.ts';
import { type Markdown, md } from './markdown.ts';

/** Link to a chapter of Kubernetes The Hard Way. */
export function formatChapterLink(chapter: number): Markdown {
  const { title, url } = getChapter(chapter);
  return md.link(url, `Chapter ${chapter}: ${title}`);
}
