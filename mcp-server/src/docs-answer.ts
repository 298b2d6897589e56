/**
 * The public types of documentation, written out so that a consumer needs no other package to check them. What the cloud sends
 * (@whetstone/shared/contract) fits into these; docs/cloud-answers.ts would not compile otherwise.
 */
import type { Source } from './flag-answer.ts';

export interface DocsRequest {
  /** One concept or question; what may not leave the machine is taken out. */
  query: string;
  /** e.g. `react`, `@scope/name`. */
  library?: string | undefined;
  /** Exact, a range or `latest`; default: what the lockfile of the working directory says. */
  version?: string | undefined;
  /** Of passages, at most 20; default 5. */
  limit?: number | undefined;
  /** Tokens that the passages may have together; default 4,000. */
  tokenBudget?: number | undefined;
}

/** From a page of documentation that others have written: data to quote, never instructions to follow. */
export interface DocPassage {
  /** Markdown without hidden text. */
  snippet: string;
  url: string;
  /** Against the best answer to the question, which has 1. */
  relevance: number;
  library: string;
  version: string;
  title: string;
  /** The trail of headings, joined by ` > `. */
  heading: string;
  path: string;
  startLine: number;
  endLine: number;
  contentHash: string;
  /** Written `[ws:ID]` behind what is quoted, it can be checked. */
  citationId: string;
  trust: 'untrusted-documentation';
  /** How far the source is from who makes the library, e.g. `official-package`. */
  provenance: string;
  /** Where the answer is a declaration. */
  symbol: { name: string; signature: string; deprecated: string | null } | null;
  /** What in it looks as if it was meant to instruct a model. */
  warnings: string[];
  /** The page is gone from its source since. */
  stale: boolean;
}

/** Which version was asked for, and which one answers. */
export interface DocsVersions {
  library: string | null;
  versionAsked: string | null;
  /** The file of the working directory that names the version; null: who asked named it, or nobody did. */
  versionFrom: string | null;
  versionAnswered: string | null;
  /** Whether the answer is of the version asked for. */
  isAskedVersion: boolean;
}

export interface DocsProvenance {
  /** `cache`: by documentation kept on this machine. */
  source: Source;
  /** Since the cloud confirmed what answers; absent for `default`. */
  ageMs?: number | undefined;
  /** When what was searched was last compared with its source; ISO-8601. */
  dataAt?: string | undefined;
  /** What is wrong and what to do about it; there whenever `source` is not `cloud`. */
  degradedReason?: string | undefined;
}

export interface DocsAnswer extends DocsVersions, DocsProvenance {
  results: DocPassage[];
  mode: 'lexical' | 'hybrid';
  /** Where versions differ, what is offered instead, what could not be read. */
  notes: string[];
  /** Names like that of a library that is not known. */
  nearest: string[];
}

/** The passages of an answer: a list that prints, in a template, as text for a prompt. */
export interface DocPassages extends ReadonlyArray<DocPassage> {
  readonly answer: DocsAnswer;
  toString(): string;
}

export interface DocPageAnswer extends DocsVersions, DocsProvenance {
  path: string;
  title: string;
  url: string;
  /** Of the whole page. */
  lines: number;
  startLine: number;
  endLine: number;
  text: string;
  trust: 'untrusted-documentation';
  warnings: string[];
  stale: boolean;
  notes: string[];
}

export interface CitationClaim {
  citationId?: string | undefined;
  url?: string | undefined;
  quote: string;
}

/** A text with `[ws:ID]` behind what is quoted, or the quotes one by one. */
export interface VerifyRequest {
  text?: string | undefined;
  citations?: readonly CitationClaim[] | undefined;
}

export type CitationVerdict = 'found' | 'altered' | 'wrong_version' | 'stale' | 'unknown';

export interface CheckedCitation {
  citationId: string | null;
  url: string | null;
  quote: string;
  verdict: CitationVerdict;
  /** Why, in a sentence. */
  detail: string | null;
  /** Of an altered one: what the page says, and what was quoted. */
  changes: { kind: 'negation' | 'number' | 'identifier' | 'words'; was: string; is: string }[];
  library: string | null;
  version: string | null;
  path: string | null;
  startLine: number | null;
  endLine: number | null;
}

export interface VerifyAnswer extends DocsProvenance {
  citations: CheckedCitation[];
}
