import { themes, useTheme } from './theme.tsx';

const names = { system: 'System', light: 'Light', dark: 'Dark' };

export function ThemeSwitch() {
  const { theme, setTheme } = useTheme();
  return (
    <div role="group" aria-label="Theme" class="flex rounded border border-line text-sm">
      {themes.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={theme === each}
          class="h-7 flex-1 cursor-pointer rounded text-muted hover:text-text aria-pressed:bg-hover aria-pressed:font-medium aria-pressed:text-text"
          onClick={() => setTheme(each)}
        >
          {names[each]}
        </button>
      ))}
    </div>
  );
}
