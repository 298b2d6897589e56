import { likenessOf, type Level } from './likeness.ts';
import type { Kind } from './compiled.ts';

/** US dollars to three figures, without an exponent. */
export function usd(amount: number): string {
  if (amount === 0) return '$0';
  const digits = Math.min(9, Math.max(0, 2 - Math.floor(Math.log10(amount))));
  const text = amount.toFixed(digits);
  return `$${digits > 2 ? text.replace(/(\.\d\d\d*?)0+$/, '$1') : text}`;
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Of a hundred: what two rates differ by. */
export function points(difference: number): string {
  const shown = Math.round(Math.abs(difference) * 1_000) / 10;
  const whole = shown >= 10 ? Math.round(shown) : shown;
  return `${whole} ${whole === 1 ? 'point' : 'points'}`;
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Number((ms / 1_000).toPrecision(3))} s`;
  return `${Math.round(ms / 60_000)} min`;
}

/** "a", "a and b", "a, b and 4 more". */
export function listed(names: readonly string[], most = 4): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : [...names];
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** The tasks of a cell, e.g. "similar TypeScript refactors in this repository"; those of all cells are "tasks". */
export function tasksOf(kind: Kind, level: Level): string {
  const row = level === 'global' ? '' : kind[level];
  if (row === '') return 'tasks';
  const { taskType, language, complexity, repoId } = likenessOf({ level, key: row.slice(row.indexOf(':') + 1) });
  const words = [complexity, language && languageName(language), taskType ? plural(taskType) : 'tasks'];
  return `similar ${words.filter((word) => word).join(' ')}${repoId === undefined ? '' : ' in this repository'}`;
}

function plural(noun: string): string {
  if (/(?:s|x|z|ch|sh)$/.test(noun)) return `${noun}es`;
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

export const languageName = (language: string): string =>
  languageNames.get(language) ?? language.charAt(0).toUpperCase() + language.slice(1);

const languageNames = new Map([
  ['c#', 'C#'],
  ['c++', 'C++'],
  ['cpp', 'C++'],
  ['csharp', 'C#'],
  ['css', 'CSS'],
  ['html', 'HTML'],
  ['javascript', 'JavaScript'],
  ['js', 'JavaScript'],
  ['ocaml', 'OCaml'],
  ['php', 'PHP'],
  ['sql', 'SQL'],
  ['ts', 'TypeScript'],
  ['tsx', 'TypeScript'],
  ['typescript', 'TypeScript'],
]);
