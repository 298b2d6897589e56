import type { FlagReader } from '../offline/flag-reader.ts';
import type { FlagChanging } from '../offline/flag-changing.ts';
import type { LastAnswers } from '../offline/last-answers.ts';
import type { Docs } from '../offline/open-docs.ts';
import type { Feedback } from '../offline/open-feedback.ts';
import type { Models } from '../offline/open-models.ts';
import type { Recording } from '../offline/open-recording.ts';
import type { ArgumentsOf, ArgumentsSchema } from './arguments.ts';

/** What tools work with. */
export interface ToolContext {
  flags: FlagReader;
  recording: Pick<Recording, 'status'>;
  evals: Pick<LastAnswers, 'read' | 'glance' | 'ask'>;
  models: Pick<Models, 'recommend' | 'recordOutcome' | 'status'>;
  docs: Pick<Docs, 'search' | 'read' | 'verify' | 'libraries'>;
  feedback: Feedback;
  version: string;
  /** For display. */
  server: { url: string; keySelector: string | undefined };
  stateDir: string;
  /** Absent where WHETSTONE_TOOLSETS does not ask for tools that change flags. */
  changing?: FlagChanging | undefined;
  /** Aborted once nobody waits for the answer any more; absent where nobody could say so. */
  signal?: AbortSignal | undefined;
  /** The folders that the client works in, as the protocol has them; absent where nobody can be asked. */
  roots?: (() => Promise<unknown>) | undefined;
  /** Tells who waits what is being waited for; absent when nobody asked to be told. */
  progress?: ((message: string) => void) | undefined;
}

/** The answer as data, and as a line for people who read along. */
export interface Answer {
  structured: object;
  text: string;
}

/** What was asked for cannot be done, and what can: for the model to read. */
interface Refusal {
  refusal: string;
}

export type Outcome = Answer | Refusal;

/** A tool is plain data; the protocol is the business of ../mcp. */
export interface Tool<S extends ArgumentsSchema = ArgumentsSchema, O extends Outcome = Outcome> {
  name: string;
  title: string;
  /** First what it answers and when to call it. Every byte is paid in each client's context. */
  description: string;
  inputSchema: S;
  outputSchema: { type: 'object'; properties: Record<string, object>; required: readonly string[] };
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
  /** A call as it should be, shown to who made one that does not fit. */
  example: Partial<ArgumentsOf<S>>;
  /** Names that models use instead of ours, in lower case without separators. */
  aliases?: Record<string, string>;
  handler(args: ArgumentsOf<S>, ctx: ToolContext): Promise<O>;
}

/** Of tools that change nothing, and answer the same when asked again. */
export const onlyReads = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;

/** Does nothing at run time; lets TypeScript infer the exact arguments of the handler. */
export const defineTool = <const S extends ArgumentsSchema, O extends Outcome>(tool: Tool<S, O>) => tool;

/** Parameters, in a word: each byte of the program is read at every start. */
export const text = (description: string) => ({ type: 'string', description }) as const;
export const number = (description: string) => ({ type: 'number', description }) as const;
