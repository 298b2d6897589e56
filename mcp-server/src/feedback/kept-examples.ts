import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FeedbackExample } from '../feedback-answer.ts';
import { isRecord, parseJson } from '../json.ts';
import { replaceFile } from '../offline/state-files.ts';
import type { ExampleQuestion } from './example-question.ts';
import { exampleIn } from './example.ts';

export interface KeptExample {
  example: FeedbackExample;
  /** When the cloud last gave it. */
  confirmedAtMs: number;
}

/** Examples that the cloud gave, for when it is away: those given last, in one file. */
export interface KeptExamples {
  read(): Promise<KeptExample[]>;
  /** A disk that is full or read-only is no reason to stop answering. */
  keep(examples: readonly FeedbackExample[], nowMs: number): Promise<void>;
}

const format = 1;
export const keptLimits = {
  count: 200,
  bytes: 2 ** 20,
  /** What somebody has deleted in the cloud is gone from copies after this long. */
  ageMs: 30 * 86_400_000,
};

export function keptExamples(path: string | undefined): KeptExamples {
  async function read(): Promise<KeptExample[]> {
    if (path === undefined) return [];
    const stored = parseJson(await readFile(path, 'utf8').catch(() => ''));
    if (!isRecord(stored) || stored['format'] !== format || !Array.isArray(stored['kept'])) return [];
    return stored['kept'].flatMap((one: unknown) => {
      const confirmedAtMs = isRecord(one) ? one['confirmedAtMs'] : undefined;
      if (!isRecord(one) || typeof confirmedAtMs !== 'number') return [];
      return exampleIn(one['example']).map((example) => ({ example, confirmedAtMs }));
    });
  }

  return {
    read,
    async keep(examples, nowMs) {
      if (path === undefined || examples.length === 0) return;
      const given = new Set(examples.map(({ id }) => id));
      const before = (await read()).filter(({ example }) => !given.has(example.id));
      const kept = bounded([...examples.map((example) => ({ example, confirmedAtMs: nowMs })), ...before], nowMs);
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await replaceFile(path, JSON.stringify({ format, kept }));
      } catch {
        // Examples will not outlast the cloud; whetstone_status names a state directory that fails.
      }
    },
  };
}

function bounded(kept: KeptExample[], nowMs: number): KeptExample[] {
  let bytes = 0;
  return kept
    .filter(({ confirmedAtMs }) => nowMs - confirmedAtMs <= keptLimits.ageMs)
    .slice(0, keptLimits.count)
    .filter((one) => (bytes += Buffer.byteLength(JSON.stringify(one))) <= keptLimits.bytes);
}

/** Those that fit the question, the likest first: by the words they share with it, then the newest. */
export function likeQuestion(
  kept: readonly KeptExample[],
  { taskType, language, query }: ExampleQuestion,
  nowMs: number,
): KeptExample[] {
  const asked = wordsOf(query ?? '');
  const likeness = ({ file, before, after, comment, lesson }: FeedbackExample) => {
    if (asked.size === 0) return 0;
    const words = wordsOf([file, before, after, comment, lesson].join(' '));
    return [...asked].filter((word) => words.has(word)).length / asked.size;
  };
  return kept
    .filter(({ confirmedAtMs }) => nowMs - confirmedAtMs <= keptLimits.ageMs)
    .filter(({ example }) => taskType === undefined || example.taskType === taskType)
    .filter(({ example }) => language === undefined || example.language === language)
    .map((one) => ({ ...one, example: { ...one.example, similarity: likeness(one.example) } }))
    .sort(
      (a, b) =>
        b.example.similarity - a.example.similarity || b.example.correctedAt.localeCompare(a.example.correctedAt),
    );
}

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu));
