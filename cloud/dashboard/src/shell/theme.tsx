import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

interface Look {
  /** What the person chose. */
  theme: Theme;
  /** What that comes to. */
  isDark: boolean;
  setTheme: (theme: Theme) => void;
}

const ThemeContext = createContext<Look | undefined>(undefined);

/** Charts draw their own pixels: they draw again when `isDark` changes. */
export function useTheme(): Look {
  const look = useContext(ThemeContext);
  if (!look) throw new Error('used outside of a theme');
  return look;
}

const storedAs = 'whetstone.theme';

function storedTheme(): Theme {
  const stored = localStorage.getItem(storedAs);
  return themes.find((theme) => theme === stored) ?? 'system';
}

export function ThemeProvider({ children }: { children: ComponentChildren }) {
  const [theme, setTheme] = useState(storedTheme);
  const system = useMemo(() => matchMedia('(prefers-color-scheme: dark)'), []);
  const [systemIsDark, setSystemIsDark] = useState(system.matches);

  useEffect(() => {
    const follow = () => setSystemIsDark(system.matches);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [system]);

  const isDark = theme === 'dark' || (theme === 'system' && systemIsDark);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';

  const look = useMemo(
    () => ({
      theme,
      isDark,
      setTheme: (next: Theme) => {
        localStorage.setItem(storedAs, next);
        setTheme(next);
      },
    }),
    [theme, isDark],
  );
  return <ThemeContext.Provider value={look}>{children}</ThemeContext.Provider>;
}
