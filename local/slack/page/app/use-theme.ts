import { useEffect, useState } from 'react';

export type Theme = 'light' | 'dark';

const darkModeQuery = window.matchMedia('(prefers-color-scheme: dark)');
const storageKey = 'theme';

/** The colour theme: the user's choice, else the system preference. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [storedTheme, setStoredTheme] = useState(() => localStorage.getItem(storageKey) as Theme | null);
  const [prefersDark, setPrefersDark] = useState(darkModeQuery.matches);
  const theme = storedTheme ?? (prefersDark ? 'dark' : 'light');
  useEffect(() => {
    const onChange = ({ matches }: MediaQueryListEvent) => setPrefersDark(matches);
    darkModeQuery.addEventListener('change', onChange);
    return () => darkModeQuery.removeEventListener('change', onChange);
  }, []);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const selectTheme = (selected: Theme) => {
    localStorage.setItem(storageKey, selected);
    setStoredTheme(selected);
  };
  return [theme, selectTheme];
}
