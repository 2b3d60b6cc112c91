/** Colours of charts. The card has its own background, so charts are readable in Slack's light and dark themes. */
export const palette = {
  card: '#ffffff',
  edge: '#c4ccd6',
  stripe: '#f4f6f9',
  text: '#1c2430',
  faint: '#556070',
  work: '#3f7fd0',
  rest: '#c9dcf4',
  critical: '#123f80',
  good: '#1a7f45',
  bad: '#b3261e',
  warn: '#a65300',
  pause: '#8a6d00',
} as const;

/** Colours used for text and for shapes: they need different contrast ratios. */
export const colorUsage = {
  text: ['text', 'faint', 'good', 'bad', 'warn', 'pause', 'critical'],
  shapes: ['work', 'critical', 'good', 'bad', 'warn', 'pause'],
} as const satisfies Record<string, readonly (keyof typeof palette)[]>;
