import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { useForm } from './form-context.tsx';

interface ActionProps {
  label: string;
  /** What is shown, when that is shorter than the label. */
  children?: ComponentChildren;
  onClick: () => void;
  disabled?: boolean;
  class?: string;
}

/** A small button inside the form: quiet until one needs it. */
export function Action({ label, children, onClick, disabled, class: extra = '' }: ActionProps) {
  const { lockedBecause } = useForm();
  if (lockedBecause !== undefined) return null;
  return (
    <button
      type="button"
      class={`inline-flex h-7 min-w-7 items-center justify-center rounded border border-transparent px-1.5 text-sm text-muted hover:border-line hover:bg-hover hover:text-text disabled:opacity-40 ${extra}`}
      onClick={onClick}
      disabled={disabled}
      {...(children !== undefined && { 'aria-label': label, title: label })}
    >
      {children ?? label}
    </button>
  );
}

interface SectionProps {
  title: string;
  note?: ComponentChildren;
  action?: ComponentChildren;
  children?: ComponentChildren;
}

export function Section({ title, note, action, children }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} class="border-t border-line py-3 first:border-t-0 first:pt-0">
      <div class="flex min-h-7 flex-wrap items-center gap-x-3 not-last:mb-2">
        <h2 id={id} class="text-base font-semibold">
          {title}
        </h2>
        {note && <p class="text-xs text-muted">{note}</p>}
        <span class="ml-auto">{action}</span>
      </div>
      {children}
    </section>
  );
}
