import type { Language } from '../../problem.ts';
import type { Answer } from '../solver.ts';
import {
  type Asked,
  bindsFunction,
  defines,
  definedNames,
  looksLikeCode,
  looksLikeProse,
  mentions,
} from './code-text.ts';
import { wholeBefore } from './cut-off.ts';
import { fencedBlocks, type FencedBlock } from './fences.ts';
import { dedent, indentedBody } from './python-body.ts';
import type { Finish } from './reply.ts';
import { withoutReasoning } from './reasoning.ts';

/** Stands in the manifest. The version grows with every change that could read another answer out of the same reply. */
export const extractionRule = { name: 'whetstone-code', version: 1 } as const;

export interface Said {
  text: string;
  finish: Finish;
  /** What the provider marks as a refusal. */
  refusal?: string;
}

/**
 * The code in a reply. Of several blocks the last whole one that defines the entry point: corrections come after what they
 * correct, and usage examples define nothing. Earlier blocks come with it where it uses what they define. Nothing is
 * repaired but indentation: a wrong name or a syntax error stays, for the tests to say so.
 */
export function extractAnswer(asked: Asked, { text, finish, refusal }: Said): Answer {
  if (finish === 'filtered') return none('stopped by a content filter');
  if (refusal && !text.trim()) return none(`refused: ${short(refusal)}`);
  const spoken = withoutReasoning(text);
  if (!spoken.text.trim()) return none(emptiness(finish, spoken.thinking));
  const blocks = codeBlocks(spoken.text);
  const found = blocks.length > 0 ? fromBlocks(asked, blocks) : fromPlainText(asked, spoken.text);
  if ('missing' in found) return none(finish === 'cut' ? cutShort : `${found.missing}: ${short(spoken.text)}`);
  const code = finish === 'cut' && !found.closed ? wholeBefore(found.code, asked) : found.code;
  if (code === undefined) return none(cutShort);
  return asAnswer(asked, code);
}

const cutShort = 'cut at the token limit before its code was whole';
const none = (reason: string): Answer => ({ kind: 'none', reason });

function emptiness(finish: Finish, thinking: boolean): string {
  if (finish === 'cut')
    return thinking ? 'cut at the token limit while thinking' : 'cut at the token limit, nothing said';
  if (finish === 'tool') return 'called a tool instead of answering';
  return thinking ? 'ended while thinking' : 'empty answer';
}

const short = (text: string) => {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
};

type Found = { code: string; closed: boolean } | { missing: string };

/** Blocks that hold something; the brackets of Code Llama and HTML count where there are no fences. */
function codeBlocks(text: string): FencedBlock[] {
  const fenced = fencedBlocks(text).filter((block) => block.text.trim());
  if (fenced.length > 0) return fenced;
  const bracketed = /\[(PYTHON|JAVASCRIPT|TYPESCRIPT|CODE)\]([\s\S]*?)\[\/\1\]|<(code)>([\s\S]*?)<\/code>/gi;
  return [...text.matchAll(bracketed)].map(([, name, inner, , html]) => ({
    tag: name && name.toUpperCase() !== 'CODE' ? name.toLowerCase() : '',
    text: inner ?? html ?? '',
    closed: true,
  }));
}

const tagsOf: Record<Language, RegExp> = {
  python: /^(?:python[\d.]*|py3?)$/,
  javascript: /^(?:javascript|js|node|mjs|cjs|jsx)$/,
  typescript: /^(?:typescript|ts|tsx|mts)$/,
};
const vagueTags = new Set(['', 'code', 'text', 'txt', 'plaintext', 'plain', 'solution', 'answer']);

/** 3: its language; 2: untagged; 1: JavaScript where TypeScript is asked; 0: something else, a shell session say. */
function fit({ tag, text }: FencedBlock, language: Language): number {
  if (/^\s*>>> /.test(text)) return 0;
  if (tagsOf[language].test(tag)) return 3;
  if (vagueTags.has(tag)) return 2;
  return language === 'typescript' && tagsOf.javascript.test(tag) ? 1 : 0;
}

function fromBlocks({ language, entryPoint, stem }: Asked, blocks: readonly FencedBlock[]): Found {
  const usable = blocks.map((block) => ({ ...block, text: atMargin(block.text, entryPoint, language) }));
  const definers = usable.filter(({ text }) => defines(text, entryPoint, language));
  const chosen = definers.findLast(({ closed }) => closed) ?? definers.at(-1);
  if (chosen) return { code: withHelpers(chosen, usable, entryPoint, language), closed: chosen.closed };
  const best = Math.max(...blocks.map((block) => fit(block, language)));
  const block = blocks.find((one) => fit(one, language) === best);
  if (best === 0 || !block) return { missing: `no ${language} code in its blocks` };
  // Nothing but a call or an output in an untagged block is no attempt at the function.
  const attempts = stem !== undefined || best !== 2 || looksLikeCode(block.text.trim().split('\n')[0] ?? '', language);
  return attempts ? { code: block.text, closed: block.closed } : { missing: `no ${language} code in its blocks` };
}

const atMargin = (text: string, entryPoint: string, language: Language) => {
  if (!/^\s*\n?[ \t]/.test(text)) return text;
  const flush = dedent(text);
  return defines(flush, entryPoint, language) ? flush : text;
};

/** Earlier blocks of the language that define what the chosen one, or a helper of it, uses and does not define. */
function withHelpers(chosen: FencedBlock, blocks: readonly FencedBlock[], entryPoint: string, language: Language) {
  let code = chosen.text;
  const before = blocks.slice(
    0,
    blocks.findIndex(({ text }) => text === chosen.text),
  );
  for (const helper of before.toReversed()) {
    if (fit(helper, language) < 2 || defines(helper.text, entryPoint, language)) continue;
    const missing = definedNames(helper.text, language).filter((name) => !defines(code, name, language));
    if (missing.some((name) => mentions(code, name))) code = `${helper.text.trimEnd()}\n\n${code}`;
  }
  return code;
}

function fromPlainText({ language, entryPoint, stem }: Asked, said: string): Found {
  const text = said.replace(/^\s*`([^`\n]+)`\s*$/, '$1').replace(/^(?:[ \t]*\n)+/, '');
  const lines = text.split('\n');
  if (defines(text, entryPoint, language)) {
    const start = lines.findIndex((line) => /^\S/.test(line) && looksLikeCode(line, language) && !looksLikeProse(line));
    return { code: untilProse(lines.slice(Math.max(0, start))), closed: false };
  }
  const [first = ''] = lines;
  const isCode = looksLikeCode(first, language) || (stem !== undefined && /^(?: {2,}|\t)\S/.test(first));
  if (!isCode || looksLikeProse(first)) return { missing: 'no code in the answer' };
  return { code: untilProse(lines), closed: false };
}

function untilProse(lines: readonly string[]): string {
  let quotes = 0;
  const end = lines.findIndex((line, index) => {
    // Words at the margin of a long string are part of the code.
    const inside = quotes % 2 === 1;
    quotes += line.match(/"""|'''/g)?.length ?? 0;
    return index > 0 && !inside && looksLikeProse(line);
  });
  return (end < 0 ? lines : lines.slice(0, end)).join('\n');
}

/**
 * A Python program that repeats the stem's function still continues it: what the stem imports and defines besides stays in
 * force. A class or an import of that name cannot, and in the other languages nothing can be defined twice.
 */
function asAnswer({ language, entryPoint, stem }: Asked, code: string): Answer {
  const whole = defines(code, entryPoint, language);
  const repeats = language === 'python' && bindsFunction(code, entryPoint);
  if (stem === undefined || (whole && !repeats)) return { kind: 'program', text: code };
  return { kind: 'completion', text: whole || language !== 'python' ? code : indentedBody(code) };
}
