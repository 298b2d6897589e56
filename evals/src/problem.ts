export type Language = 'python' | 'javascript' | 'typescript';

export type Problem = FunctionProblem | RepoProblem | SweBenchProblem;

interface AnyProblem {
  id: string;
  /** What a model is asked. */
  prompt: string;
  tags: readonly string[];
  /** Problems that share one (a repository, say) are not independent of each other; standard errors mind that. */
  cluster?: string;
}

/** A function to write, judged by tests that call it. */
export interface FunctionProblem extends AnyProblem {
  kind: 'function';
  language: Language;
  /** The function that is asked for. */
  entryPoint: string;
  /** The code that a completion continues; absent where an answer is always a whole program. */
  stem?: string;
  /** What tests call of the candidate, the entry point included. Nothing else of it is seen by the tests. */
  calls: readonly string[];
  /** Classes among `calls` whose objects tests hold: these cross as references, since no plain data can stand for them. */
  handles: readonly string[];
  /** Trusted code that the test driver runs before the tests: helpers of the prompt, imports, set-up of the tests. */
  setup: string;
  tests: string;
  /** A whole program that passes; some published data sets have none. */
  reference?: string;
  /** Set where values cannot cross between processes: the candidate runs beside its tests, and the verdict is labelled weaker. */
  sameProcess: boolean;
}

/** A change to a repository at a commit, judged by its test suite. */
export interface RepoProblem extends AnyProblem {
  kind: 'repo';
  /** As the task says. */
  language: string;
  /** What kind of change is asked for: bugfix, feature, refactor or test. */
  type: string;
  /** Folder of the task, with task.toml, instruction.md, test.patch and gold.patch. */
  folder: string;
}

/** A row of SWE-bench; its environment is an image per instance, which only a remote sandbox can have. */
export interface SweBenchProblem extends AnyProblem {
  kind: 'swe-bench';
  repo: string;
  baseCommit: string;
  version: string;
  goldPatch: string;
  testPatch: string;
  failToPass: readonly string[];
  passToPass: readonly string[];
}

export interface Dataset {
  name: string;
  /** SHA-256 of the bytes it was read from; of all files in order for a folder. */
  sha256: string;
  problems: readonly Problem[];
  /** Code put before every candidate of a language, declared once per data set, and part of the manifest. */
  preamble: Partial<Record<Language, string>>;
  /** Wall time that a candidate has, loading included. */
  timeoutMs: number;
}
