import type { DocSource, Provenance } from '@whetstone/shared/contract';

/** What a former look at the same version found: what is unchanged is not taken again. */
export interface KnownPage {
  etag: string | null;
  lastModified: string | null;
  /** SHA-256 of its text. */
  contentHash: string;
  /** An earlier run of the very same look took it: it need not be asked for again. */
  isTaken?: boolean;
  /** What `TakenPage.leadsTo` said then. */
  leadsTo?: readonly string[];
}

export interface Limits {
  /** Of one page or file as it comes, unpacked. */
  pageBytes: number;
  /** Of everything together as it comes, unpacked. */
  totalBytes: number;
  /** Of an archive before it is unpacked. */
  archiveBytes: number;
  pages: number;
  /** For one answer of another server, from asking to its last byte. */
  requestMs: number;
}

/** Made for the largest there are: next 16.4.6 is a tarball of 43 MB with 487 pages. */
export const usualLimits: Limits = {
  pageBytes: 5 * 2 ** 20,
  totalBytes: 400 * 2 ** 20,
  archiveBytes: 100 * 2 ** 20,
  pages: 5_000,
  requestMs: 60_000,
};

export interface Taking {
  library: string;
  /** Exact, or `latest` where the source says which that is. */
  version: string;
  source: DocSource;
  /** By path. */
  known: ReadonlyMap<string, KnownPage>;
  limits: Limits;
  signal: AbortSignal;
  /** Whether what is served of a version was taken from its source in this very state; absent where that is nothing to go by. */
  isAsServed?: (version: string, state: string) => Promise<boolean>;
}

/** A declaration of types, as it lies in its page. */
export interface TakenSymbol {
  /** With what it belongs to: `Kysely.selectFrom`. */
  name: string;
  kind: 'function' | 'class' | 'interface' | 'type' | 'variable' | 'enum' | 'module' | 'method' | 'property';
  /** Without its body, on one line. */
  signature: string;
  /** TSDoc as Markdown; empty where there is none. */
  doc: string;
  /** Why, from `@deprecated`; absent where it is not. */
  deprecated: string | undefined;
  /** In the page's text, from its comment on; 1-based, both included. */
  startLine: number;
  endLine: number;
}

export interface TakenPage {
  kind: 'page';
  /** Below the root of the source, with `/`. */
  path: string;
  /** Where people read it. */
  url: string;
  title: string;
  /** Markdown; of a `.d.ts` its source. Hidden text and control characters are not in it. */
  text: string;
  /** Of a `.d.ts`; absent for prose. */
  symbols?: readonly TakenSymbol[];
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** What in it looks as if it was meant to instruct a model. */
  warnings: readonly string[];
  /** Addresses that no page before it led to, where links lead the way: a run that goes on need not ask the page for them again. */
  leadsTo?: readonly string[];
}

export type Taken =
  | TakenPage
  /** The source says that a known page is as it was. */
  | { kind: 'unchanged'; path: string; leadsTo?: readonly string[] }
  /** Left out, and why, in a sentence. */
  | { kind: 'skipped'; path: string; why: string };

/** A source that was reached. */
export interface OpenedSource {
  /** Exact, as it was published. */
  version: string;
  title: string;
  provenance: Provenance;
  /** How many pages are to come, where that is known beforehand. */
  expected: number | undefined;
  /** Another one tells that something may have changed; where the source can say so without its pages being read. */
  state?: string | undefined;
  /** `Taking.isAsServed` knows its state: there is nothing new, and no page is handed over. */
  isAsServed?: boolean;
  /** Each page once. A failure in the midst is thrown: what was taken until then is kept, and a next try goes on. */
  pages: AsyncIterable<Taken>;
}

/** Throws a WhetstoneError with the reason in a sentence where a source cannot be had: that is told to people as it stands. */
export type OpenSource = (taking: Taking) => Promise<OpenedSource>;
