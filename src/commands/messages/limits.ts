/** Slack's limits in characters and items. Sources: Block Kit reference, `chat.update` reference. */
export const limits = {
  blocks: 50,
  section: 3_000,
  header: 150,
  context: 3_000,
  text: 4_000,
  buttonText: 75,
  buttonValue: 2_000,
} as const;

/** Cuts at a space if possible, and never inside an entity, a mention or a date. */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = text.slice(0, limit - 2);
  const lastSpace = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\n'));
  const whole = (lastSpace > limit / 2 ? head.slice(0, lastSpace) : head).replace(/<[^>]*$|&[^;\s]*$/, '');
  return `${whole.trimEnd()} …`;
}
