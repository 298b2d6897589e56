import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Problem } from '../problem.ts';
import type { Attempt, SubjectManifest } from '../solvers/solver.ts';
import { canonicalJson, sha256Of } from './canonical-json.ts';
import { withoutPrices } from './manifest.ts';
import { Generation, generationOf } from './generation.ts';
import { recordOf } from './lines.ts';

/** Answers that were paid for once, over all runs. It may be deleted at any time. */
export interface GenerationCache {
  get(subject: SubjectManifest, problem: Problem): Promise<Attempt | undefined>;
  /** Says so when the disk refuses: the run does not depend on it. */
  put(subject: SubjectManifest, problem: Problem, attempt: Attempt): Promise<void>;
}

/**
 * A file per answer, named after the hash of all that the subject saw. It is asked only where a run wants one sample per
 * problem: repeats are wanted for their differences.
 */
export function openGenerationCache(folder: string): GenerationCache {
  const fileOf = (key: string) => join(folder, 'generations', key.slice(0, 2), `${key}.json`);
  return {
    async get(subject, problem) {
      const key = cacheKeyOf(subject, problem);
      if (key === undefined) return undefined;
      const text = await readFile(fileOf(key), 'utf8').catch(() => undefined);
      const found = text === undefined ? undefined : recordOf(Generation, text);
      if (!found || found.answerSha256 !== sha256Of(canonicalJson(found.answer)) || !isServable(found))
        return undefined;
      const { answer, usage, solveMs, transcript } = found;
      return { answer, usage, solveMs, ...(transcript && { transcript }), reused: true };
    },
    async put(subject, problem, attempt) {
      const key = cacheKeyOf(subject, problem);
      if (key === undefined || attempt.reused || !isServable(attempt)) return;
      const path = fileOf(key);
      const beside = `${path}.${process.pid}.tmp`;
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(beside, JSON.stringify(generationOf(problem.id, 0, attempt)));
        await rename(beside, path);
      } catch (error) {
        await rm(beside, { force: true }).catch(() => undefined);
        throw error;
      }
    },
  };
}

/**
 * Nothing where the question is more than what is hashed here: an agent sees a repository and a machine, recorded samples cost
 * nothing. The problem's name is not in it: the same words to the same subject are the same question.
 */
export function cacheKeyOf(subject: SubjectManifest, problem: Problem): string | undefined {
  if (subject.kind !== 'model' || problem.kind !== 'function') return undefined;
  const { prompt, stem, language, entryPoint } = problem;
  return sha256Of(canonicalJson({ cache: 1, subject: withoutPrices(subject), prompt, stem, language, entryPoint }));
}

/** An empty answer may have been a hiccup: whoever asks again must be able to get a better one. */
const isServable = ({ answer }: Pick<Attempt, 'answer'>): boolean =>
  answer.kind !== 'none' && answer.text.trim() !== '';
