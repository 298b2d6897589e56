/** What can be compared token by token; everything else is text, compared line by line. */
export type ComparedLanguage = 'typescript' | 'tsx' | 'javascript' | 'python' | 'json' | 'text';

const byExtension: Record<string, ComparedLanguage> = {
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'tsx',
  py: 'python',
  pyi: 'python',
  json: 'json',
  jsonc: 'json',
};

export const languageOf = (path: string): ComparedLanguage =>
  byExtension[/\.([A-Za-z]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''] ?? 'text';
