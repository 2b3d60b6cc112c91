import { useEffect, useState } from 'react';

export type Theme = 'light' | 'dark';

const dark = window.matchMedia('(prefers-color-scheme: dark)');
const kept = 'theme';

/** Light or dark: what was chosen here, else what the system prefers, as it changes. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [chosen, setChosen] = useState(() => localStorage.getItem(kept) as Theme | null);
  const [prefersDark, setPrefersDark] = useState(dark.matches);
  const theme = chosen ?? (prefersDark ? 'dark' : 'light');
  useEffect(() => {
    const changed = ({ matches }: MediaQueryListEvent) => setPrefersDark(matches);
    dark.addEventListener('change', changed);
    return () => dark.removeEventListener('change', changed);
  }, []);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const choose = (wanted: Theme) => {
    localStorage.setItem(kept, wanted);
    setChosen(wanted);
  };
  return [theme, choose];
}
