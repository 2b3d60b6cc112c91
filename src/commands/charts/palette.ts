/** Colours of pictures. Each stands on the card, which brings its own ground, so that they read in light and dark alike. */
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

/** Which of them text is written in, and which say something by themselves. */
export const colorUsage = {
  text: ['text', 'faint', 'good', 'bad', 'warn', 'pause', 'critical'],
  shapes: ['work', 'critical', 'good', 'bad', 'warn', 'pause'],
} as const satisfies Record<string, readonly (keyof typeof palette)[]>;
