import { type Asked, defines } from './code-text.ts';

/**
 * Of code that ends in the middle of something: what was whole before it, when the entry point is. The statement that was
 * cut is left away; a function that was cut is nothing to grade.
 */
export function wholeBefore(code: string, { language, entryPoint }: Asked): string | undefined {
  const lines = code.split('\n');
  const start = lines.findIndex((line) => defines(line, entryPoint, language));
  if (start < 0) return undefined;
  const last =
    language === 'python'
      ? lines.findLastIndex((line) => /^[A-Za-z_@]/.test(line))
      : lines.findLastIndex((line) => /^(?:\}|\S.*;\s*$)/.test(line)) + 1;
  // Decorators and other definitions may stand after it; the function itself must not be the last thing begun.
  if (language === 'python' ? last <= start : last <= start + Number(lines[start]?.trimEnd().endsWith('{')))
    return undefined;
  return `${lines.slice(0, last).join('\n').trimEnd()}\n`;
}
