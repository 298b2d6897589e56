import { createHash } from 'node:crypto';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import type { FunctionProblem, Language } from '../../problem.ts';

const placeholders = ['prompt', 'entryPoint', 'language', 'stem'] as const;
type Placeholder = (typeof placeholders)[number];
const slot = /\{\{\s*([^{}]*?)\s*\}\}/g;

export interface PromptTemplate {
  /** For the manifest: what is asked, word for word. */
  described: Readonly<Record<string, unknown>>;
  render(problem: FunctionProblem): string;
}

const ask =
  'Answer with one {{language}} code block that holds the whole program: the function itself, and everything it needs besides the standard library.';

/** By what a problem gives: code to continue that is all its text, text with code to continue, text alone. */
const defaults = {
  stem: `Complete this {{language}} code so that \`{{entryPoint}}\` does what is written in it.\n\n\`\`\`{{language}}\n{{stem}}\n\`\`\`\n\nRepeat its imports and signature. ${ask}\n`,
  textAndStem: `{{prompt}}\n\nBegin with this {{language}} code:\n\n\`\`\`{{language}}\n{{stem}}\n\`\`\`\n\nRepeat its imports and signature. ${ask}\n`,
  text: `{{prompt}}\n\nWrite it in {{language}}; the name to be called is \`{{entryPoint}}\`. ${ask}\n`,
} as const;

/** TypeScript runs as one module without packages; Python needs no such word. */
const extraFor: Partial<Record<Language, string>> = {
  typescript: 'It is one module without imports of packages; give parameters and results their types.\n',
  javascript: 'It is one module without imports of packages.\n',
};

export const defaultTemplate = (): PromptTemplate => ({
  described: {
    name: 'default',
    version: 1,
    sha256: sha256(JSON.stringify([defaults, extraFor])),
    text: defaults,
    extraFor,
  },
  render: (problem) => fill(`${defaults[kindOf(problem)]}${extraFor[problem.language] ?? ''}`, problem),
});

function kindOf({ prompt, stem }: FunctionProblem): keyof typeof defaults {
  if (stem === undefined) return 'text';
  return prompt.trim() === stem.trim() ? 'stem' : 'textAndStem';
}

/** A template of one's own, for every problem. `name` is what complaints call it. */
export function ownTemplate(text: string, name: string): PromptTemplate {
  const used = [...text.matchAll(slot)].map(([, inner = '']) => inner);
  const unknown = used.find((one) => !isPlaceholder(one));
  if (unknown !== undefined)
    throw invalidField(
      name,
      `no placeholder {{${unknown}}}; there are ${placeholders.map((one) => `{{${one}}}`).join(', ')}`,
    );
  if (!used.includes('prompt') && !used.includes('stem'))
    throw invalidField(name, 'it holds neither {{prompt}} nor {{stem}}, so that every problem would be asked the same');
  return { described: { name: 'own', sha256: sha256(text), text }, render: (problem) => fill(text, problem) };
}

const isPlaceholder = (name: string): name is Placeholder => (placeholders as readonly string[]).includes(name);

const languageNames: Record<Language, string> = {
  python: 'Python',
  javascript: 'JavaScript',
  typescript: 'TypeScript',
};

/** In one pass: braces in a problem's own text are its own. */
function fill(template: string, { id, prompt, entryPoint, language, stem }: FunctionProblem): string {
  return template.replaceAll(slot, (_, name: Placeholder, at: number) => {
    if (name === 'prompt') return prompt.trimEnd();
    if (name === 'entryPoint') return entryPoint;
    // The tag of a code block is lower case, prose is not.
    if (name === 'language') return template.slice(0, at).endsWith('```') ? language : languageNames[language];
    if (stem === undefined)
      throw new WhetstoneError('invalid', `problem ${id} has no code to continue, and the template uses {{stem}}`);
    return stem.trimEnd();
  });
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
