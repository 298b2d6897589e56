import type { RefObject } from 'preact';
import { controlClass } from '../ui/field.tsx';
import { states, type Filter } from './filter.ts';

interface Props {
  search: RefObject<HTMLInputElement | null>;
  filter: Filter;
  onChange: (filter: Filter) => void;
  /** From the search on to the rows. */
  onLeave: () => void;
  tags: string[];
  /** Rows shown; undefined while they are loading. */
  count: number | undefined;
  total: number;
  /** Flags that fit and came while one was looking. */
  comers: number;
  onShowComers: () => void;
}

const stateNames = { all: 'Any state', on: 'On', off: 'Off', archived: 'Archived' };

export function FilterBar({ search, filter, onChange, onLeave, tags, count, total, comers, onShowComers }: Props) {
  const leave = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      onChange({ ...filter, text: '' });
      search.current?.blur();
    } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
      onLeave();
    } else return;
    event.preventDefault();
  };
  const offered = filter.tag && !tags.includes(filter.tag) ? [filter.tag, ...tags] : tags;
  return (
    <div role="search" class="mb-2 flex flex-wrap items-center gap-2">
      <input
        ref={search}
        type="search"
        aria-label="Search key, description, tags and owner"
        placeholder="Search key, description, tag, owner"
        aria-keyshortcuts="/"
        spellcheck={false}
        autocomplete="off"
        class={`${controlClass} max-md:basis-full md:w-80`}
        value={filter.text}
        onInput={(event) => onChange({ ...filter, text: event.currentTarget.value })}
        onKeyDown={leave}
      />
      <select
        aria-label="State"
        class={controlClass}
        value={filter.state}
        onChange={(event) => onChange({ ...filter, state: event.currentTarget.value as Filter['state'] })}
      >
        {states.map((state) => (
          <option key={state} value={state}>
            {stateNames[state]}
          </option>
        ))}
      </select>
      {offered.length > 0 && (
        <select
          aria-label="Tag"
          class={`${controlClass} max-w-40`}
          value={filter.tag ?? ''}
          onChange={(event) => onChange({ ...filter, tag: event.currentTarget.value || undefined })}
        >
          <option value="">Any tag</option>
          {offered.map((tag) => (
            <option key={tag} value={tag}>
              {tag}
            </option>
          ))}
        </select>
      )}
      <label class="flex h-8 items-center gap-1.5">
        <input
          type="checkbox"
          checked={filter.isStale}
          onChange={(event) => onChange({ ...filter, isStale: event.currentTarget.checked })}
        />
        Stale only
      </label>
      <span class="ml-auto flex h-8 items-center gap-3 text-sm text-muted">
        {comers > 0 && (
          <button type="button" class="cursor-pointer text-accent underline" onClick={onShowComers}>
            Show {comers} new
          </button>
        )}
        <span role="status" class="tabular-nums">
          {count === undefined ? 'Loading' : countText(count, total)}
        </span>
      </span>
    </div>
  );
}

const number = new Intl.NumberFormat('en');
const countText = (count: number, total: number) =>
  count >= total
    ? `${number.format(count)} ${count === 1 ? 'flag' : 'flags'}`
    : `${number.format(count)} of ${number.format(total)} flags`;
