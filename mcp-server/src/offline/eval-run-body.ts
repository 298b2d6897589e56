import type { EvalRunReport } from '../eval-run-report.ts';
import { fitting, identifier } from './fitting.ts';
import { plainJson } from './plain-json.ts';

/** The largest code that is sent; the outcome is not lost for what is larger. */
const maxCodeBytes = 900_000;

interface Circumstances {
  nowMs: number;
  /** DO_NOT_TRACK: what came of the work is told as the program asked, but not whose it was. */
  namesPeople: boolean;
}

/**
 * The body of `POST /api/eval/submit`, or what is missing. Callers without types send anything: what the cloud would refuse
 * is made to fit, since a record that is refused is one that is lost.
 */
export function evalRunBody(
  report: EvalRunReport,
  { nowMs, namesPeople }: Circumstances,
): { body: Record<string, unknown> } | { problem: string } {
  const { model, problem, passed, taskId, taskType, language, complexity } = report ?? {};
  const { commit, userId, repoId, flags, guidanceVersion, recommendationId } = report ?? {};
  if (!isName(model)) return { problem: 'submitEvalRun needs `model`, a text.' };
  if (!isName(problem)) return { problem: 'submitEvalRun needs `problem`, a text.' };
  if (typeof passed !== 'boolean') return { problem: 'submitEvalRun needs `passed`, true or false.' };
  return {
    body: {
      model: fitting(model.trim(), 256),
      problem: fitting(problem.trim(), 512),
      passed,
      costUsd: amount(report.costUsd ?? report.cost, 1_000_000),
      timeMs: amount(report.timeMs, 31_536_000_000),
      code: codeOf(report.code),
      taskId: identifier(taskId),
      taskType: text(taskType, 128),
      language: text(language, 128),
      complexity: text(complexity, 128),
      commit: text(commit, 64),
      userId: namesPeople ? identifier(userId) : undefined,
      repoId: identifier(repoId),
      flags: served(flags),
      guidanceVersion: text(guidanceVersion, 256),
      recommendationId: text(recommendationId, 128),
      at: new Date(nowMs).toISOString(),
    },
  };
}

/** Blanks are no name to anybody. */
const isName = (value: unknown): value is string => isText(value) && value.trim() !== '';
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const text = (value: unknown, maxLength: number) => (isText(value) ? fitting(value, maxLength) : undefined);

/** Not finite stands for not known. */
const amount = (value: unknown, most: number) =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= most ? value : undefined;

function codeOf(code: unknown): unknown {
  const plain = plainJson(code, maxCodeBytes);
  if (typeof plain === 'string') return { omitted: plain };
  return plain?.value;
}

const maxFlags = 200;

function served(flags: unknown) {
  if (typeof flags !== 'object' || flags === null) return undefined;
  const entries = Object.entries(flags)
    .filter(([key, variant]) => isFlagKey.test(key) && isText(variant))
    .map(([key, variant]) => [key, fitting(variant as string, 128)]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries.slice(0, maxFlags));
}

const isFlagKey = /^[a-z0-9][a-z0-9._-]{0,127}$/;
