import { useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useShortcuts } from '../shell/keyboard.tsx';
import { controlClass } from '../ui/field.tsx';

interface Props {
  /** What it does, in words: `Filter pages`. */
  label: string;
  placeholder: string;
  value: string;
  /** The page's address without what it is filtered by. */
  at: string;
}

/** What a list is filtered by stands in the address, so that a link leads to the same rows. */
export function FilterBox({ label, placeholder, value, at }: Props) {
  const { route } = useLocation();
  const input = useRef<HTMLInputElement>(null);
  useShortcuts([{ keys: '/', does: label, run: () => input.current?.focus() }]);
  return (
    <input
      ref={input}
      type="search"
      aria-label={label}
      aria-keyshortcuts="/"
      placeholder={placeholder}
      spellcheck={false}
      autocomplete="off"
      class={`${controlClass} w-64 max-md:w-full`}
      value={value}
      onInput={({ currentTarget: { value: text } }) =>
        route(text === '' ? at : `${at}?${new URLSearchParams({ q: text }).toString()}`, true)
      }
      onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
    />
  );
}
