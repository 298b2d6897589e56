import { mayActAs, type Library } from '@whetstone/shared/contract';
import type { FieldError } from '@whetstone/shared/errors';
import { useId, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { Button } from '../../ui/button.tsx';
import { controlClass } from '../../ui/field.tsx';
import { searchPath, type Asked } from '../paths.ts';

interface Props {
  /** What stands in the fields at first. */
  asked: Asked;
  libraries: readonly Library[];
  /** What the server would refuse, by field. */
  complaints?: readonly FieldError[];
  /** Of the key that leads here. */
  shortcut: string;
  /** The same question once more. */
  onAgain?: () => void;
}

/** One question to the documentation, of one library or of whatever the project searches. */
export function SearchForm({ asked, libraries, complaints = none, shortcut, onAgain }: Props) {
  const { route, url } = useLocation();
  const { me } = useProject();
  const refusal = useRefusal('agent');
  // Somebody who types is not stopped by a connection that comes and goes.
  const mayAsk = mayActAs(me.key.role, 'agent');
  const [typed, setTyped] = useState(asked);
  const query = useRef<HTMLInputElement>(null);
  const [libraryList, versionList, about] = [useId(), useId(), useId()];
  useShortcuts([{ keys: shortcut, does: 'Search the documentation', run: () => query.current?.focus() }]);
  const here = libraries.filter(({ versions }) => versions.length > 0);
  const versions = here.find(({ library }) => library === typed.library.trim())?.versions ?? [];
  const ask = () => {
    const wanted = searchPath(typed);
    if (refusal !== undefined) return undefined;
    if (typed.query.trim() === '') return query.current?.focus();
    if (wanted === url) return onAgain?.();
    route(wanted);
  };
  const fieldOf = (name: keyof Asked) => ({
    value: typed[name],
    disabled: !mayAsk,
    title: mayAsk ? undefined : refusal,
    spellcheck: false,
    autocomplete: 'off',
    'aria-invalid': complaints.some(({ path }) => path === name),
    'aria-describedby': complaints.length > 0 ? about : undefined,
    onInput: (event: InputEvent & { currentTarget: HTMLInputElement }) =>
      setTyped({ ...typed, [name]: event.currentTarget.value }),
    onKeyDown: (event: KeyboardEvent & { currentTarget: HTMLInputElement }) =>
      event.key === 'Escape' && event.currentTarget.blur(),
  });
  return (
    <form
      role="search"
      aria-label="Documentation"
      class="flex flex-wrap gap-2 max-md:w-full"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <input
        ref={query}
        type="search"
        aria-label="Question"
        aria-keyshortcuts={shortcut}
        placeholder={`Search the documentation (${shortcut})`}
        class={`${controlClass} w-72 max-md:w-full`}
        {...fieldOf('query')}
      />
      <input
        aria-label="Library"
        placeholder="Library"
        list={libraryList}
        class={`${controlClass} w-36 font-mono max-md:min-w-0 max-md:flex-1`}
        {...fieldOf('library')}
      />
      <datalist id={libraryList}>
        {here.map(({ library }) => (
          <option key={library} value={library} />
        ))}
      </datalist>
      <input
        aria-label="Version"
        placeholder="newest"
        list={versionList}
        class={`${controlClass} w-24 font-mono max-md:min-w-0 max-md:flex-1`}
        {...fieldOf('version')}
      />
      <datalist id={versionList}>
        {versions.map(({ version }) => (
          <option key={version} value={version} />
        ))}
      </datalist>
      <Button type="submit" disabled={refusal !== undefined} title={refusal}>
        Search
      </Button>
      {complaints.length > 0 && (
        <p id={about} class="w-full text-sm text-bad">
          {complaints.map(({ path, message }) => `${path}: ${message}`).join('; ')}
        </p>
      )}
    </form>
  );
}

const none: readonly FieldError[] = [];
