/** `1 phase`, `2 phases`. @param plural @default the singular with an s */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}
