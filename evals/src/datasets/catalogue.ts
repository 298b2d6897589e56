import type { Dataset, Problem } from '../problem.ts';
import { humanEvalProblem } from './human-eval.ts';
import { mbppProblem, sanitizedMbppProblem } from './mbpp.ts';
import type { Row } from './read-rows.ts';
import { sweBenchProblem } from './swe-bench.ts';

/** Everything that is declared about a published data set, once. */
export interface CatalogueEntry {
  name: string;
  title: string;
  /** Below the folder of data sets; the last part is the publisher's name for it. */
  file: string;
  publisher: string;
  licence: string;
  /** Of one commit, so that it always serves the same bytes. */
  url: string;
  /** What the address serves comes first; further ones are known copies with the same content. */
  sha256: readonly [string, ...string[]];
  bytes: number;
  problems: number;
  preamble: Dataset['preamble'];
  timeoutMs: number;
  /** Problems whose right answers may be values that cannot cross to the tests: judged beside them, and labelled weaker. */
  sameProcess?: readonly string[];
  problemOf(row: Row): Problem;
  /** What one should know before relying on it. */
  note?: string;
}

/**
 * Names of type hints, and nothing more. Prompts of these sets speak of `List` and `Optional`, so answers repeat them without
 * importing; a hint says nothing about whether a function works. A missing `import math` or `re` does: the program would not
 * run anywhere, so it fails here. The same for every subject: a preamble chosen per file would be chosen by its results.
 */
const typingNames: Dataset['preamble'] = { python: 'from typing import *' };

/** How long the published verdicts gave each program. */
const functionTimeoutMs = 3_000;

/** What a file of problems gets that is in no catalogue. */
export const ofOwnFiles = { preamble: typingNames, timeoutMs: functionTimeoutMs };

export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'humaneval',
    title: 'HumanEval: 164 Python functions from signature and docstring (Chen et al. 2021)',
    file: 'humaneval/HumanEval.jsonl.gz',
    publisher: 'openai/human-eval',
    licence: 'MIT',
    url: 'https://raw.githubusercontent.com/openai/human-eval/6d43fb980f9fee3c892a914eda09951f772ad10d/data/HumanEval.jsonl.gz',
    sha256: ['b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef'],
    bytes: 44_877,
    problems: 164,
    preamble: typingNames,
    timeoutMs: functionTimeoutMs,
    problemOf: humanEvalProblem,
  },
  {
    name: 'mbpp',
    title: 'MBPP: 974 short Python functions from a sentence (Austin et al. 2021)',
    file: 'mbpp/mbpp.jsonl',
    publisher: 'google-research/google-research',
    licence: 'CC-BY-4.0',
    url: 'https://raw.githubusercontent.com/google-research/google-research/f82046ba5aabbbb427dbfd38a254d26bff08b533/mbpp/mbpp.jsonl',
    sha256: ['ccf64ceae9c5403bf50a044cb6d505bfd2a2963ee58338ba268fd65beab92a9f'],
    bytes: 563_743,
    problems: 974,
    preamble: typingNames,
    timeoutMs: functionTimeoutMs,
    problemOf: mbppProblem,
    note: 'the published figures are about problems 11-510, its split "test"; MBPP/123 needs more than 3 s',
  },
  {
    name: 'mbpp-sanitized',
    title: 'MBPP sanitized: 427 of its problems, revised by hand',
    file: 'mbpp/sanitized-mbpp.json',
    publisher: 'google-research/google-research',
    licence: 'CC-BY-4.0',
    url: 'https://raw.githubusercontent.com/google-research/google-research/e3937aa2643402c194316d74917acee1dc4e8993/mbpp/sanitized-mbpp.json',
    sha256: [
      'ca95deaa9a01ef0a6f439f88bcf0dd3db3563d22f22aad6cae04ebb9a8d8c8e9',
      // The same JSON, indented.
      '8ac32b2799150228e2d745aed09c870b7e4444246d4727d1004576207ef40769',
    ],
    bytes: 255_053,
    problems: 427,
    preamble: typingNames,
    timeoutMs: functionTimeoutMs,
    // Their references answer an `re.Match`, which tests only ask whether it is there.
    sameProcess: ['MBPP/737', 'MBPP/787', 'MBPP/794'],
    problemOf: sanitizedMbppProblem,
    note: 'another data set than mbpp: the same number asks for something else in most rows',
  },
  {
    name: 'swe-bench-lite',
    title: 'SWE-bench Lite: 300 issues of 12 Python projects (Jimenez et al. 2024)',
    file: 'swebench/swe-bench-lite.json',
    publisher: 'princeton-nlp/SWE-bench_Lite',
    licence: 'MIT; each patch carries the licence of its project',
    url: 'https://raw.githubusercontent.com/ivan4722/csvtransfer/9039a5db8b617ae6cf2c63bc08c295958c8a4968/swe-bench-lite.json',
    sha256: ['8f49b42a35ffbf6f70326bbae42d5e8e8f129d39f7972faa7eb46ba0a9d86341'],
    bytes: 3_734_562,
    problems: 300,
    preamble: {},
    timeoutMs: 1_800_000,
    problemOf: sweBenchProblem,
    note: 'the publisher serves Parquet; the address holds a copy as JSON by a third person, pinned by its hash',
  },
];
