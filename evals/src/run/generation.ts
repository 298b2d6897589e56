import { z } from 'zod';
import type { Answer, Attempt } from '../solvers/solver.ts';
import { canonicalJson, sha256Of } from './canonical-json.ts';

const AnswerRecord = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('completion'), text: z.string() }),
  z.object({ kind: z.literal('program'), text: z.string() }),
  z.object({ kind: z.literal('patch'), text: z.string() }),
  z.object({ kind: z.literal('none'), reason: z.string() }),
]);

const count = z.number().min(0);

/** A line of generations.jsonl: what a subject answered, with what it cost. On disk before it is graded. */
export const Generation = z.object({
  problemId: z.string(),
  sampleIndex: z.int().min(0),
  answer: AnswerRecord,
  answerSha256: z.string(),
  usage: z.object({
    inputTokens: count.exactOptional(),
    outputTokens: count.exactOptional(),
    costUsd: count.exactOptional(),
  }),
  solveMs: count,
  transcript: z.object({ request: z.string(), response: z.string() }).exactOptional(),
  reused: z.literal(true).exactOptional(),
});
export type Generation = z.infer<typeof Generation>;

export function generationOf(problemId: string, sampleIndex: number, attempt: Attempt): Generation {
  const { answer, usage, solveMs, transcript, reused } = attempt;
  return {
    problemId,
    sampleIndex,
    answer,
    answerSha256: answerSha256Of(answer),
    usage,
    solveMs,
    ...(transcript && { transcript }),
    ...(reused && { reused }),
  };
}

const answerSha256Of = (answer: Answer): string => sha256Of(canonicalJson(answer));
