import type { ButtonHTMLAttributes } from 'preact';

const base =
  'inline-flex h-8 cursor-pointer items-center gap-1.5 rounded border px-3 font-medium whitespace-nowrap ' +
  'disabled:cursor-not-allowed disabled:opacity-60';

const kinds = {
  plain: 'border-line bg-canvas text-text enabled:hover:bg-hover',
  primary: 'border-transparent bg-accent text-on-accent enabled:hover:bg-accent-hover',
  danger: 'border-bad bg-canvas text-bad enabled:hover:bg-bad-surface',
  quiet: 'border-transparent text-muted enabled:hover:bg-hover enabled:hover:text-text',
};

type Props = Omit<ButtonHTMLAttributes, 'class'> & { kind?: keyof typeof kinds; class?: string };

const buttonClass = (kind: keyof typeof kinds = 'plain') => `${base} ${kinds[kind]}`;

/** Submits nothing unless it says so. */
export const Button = ({ kind = 'plain', type = 'button', class: more = '', ...rest }: Props) => (
  <button type={type} class={`${buttonClass(kind)} ${more}`} {...rest} />
);
