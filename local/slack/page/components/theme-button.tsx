import type { Theme } from '../app/use-theme.ts';
import { Icon } from './icon.tsx';

interface ThemeButtonProps {
  readonly theme: Theme;
  setTheme(theme: Theme): void;
}

export function ThemeButton({ theme, setTheme }: ThemeButtonProps) {
  const isDark = theme === 'dark';
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={isDark ? 'Light theme' : 'Dark theme'}
      onClick={() => setTheme(isDark ? 'light' : 'dark')}
    >
      <Icon name={isDark ? 'sun' : 'moon'} />
    </button>
  );
}
