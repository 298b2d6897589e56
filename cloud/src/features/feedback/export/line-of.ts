import type { FeedbackRecord } from '@whetstone/shared/contract';

export type ExportFormat = 'jsonl' | 'chat' | 'preference';

/** A correction as one line of an export. */
export function lineOf(record: FeedbackRecord, format: ExportFormat): Record<string, unknown> {
  if (format === 'jsonl') return record;
  const prompt = promptOf(record);
  const chosen = answerOf(record.correctedPatch);
  if (format === 'preference') return { prompt, chosen, rejected: answerOf(record.originalPatch) };
  return {
    messages: [
      { role: 'system', content: 'You change files of a repository as its people would.' },
      { role: 'user', content: prompt },
      { role: 'assistant', content: chosen },
    ],
  };
}

/** What is known of the task: the instruction that the agent had is not captured. */
const promptOf = ({ taskType, language, files, userComment }: FeedbackRecord) =>
  [
    `Task${taskType === null ? '' : ` (${taskType})`}: change ${files.length === 0 ? 'the code' : files.join(', ')}.`,
    ...(language === null ? [] : [`Language: ${language}.`]),
    ...(userComment === null ? [] : [`What to mind: ${userComment}`]),
  ].join('\n');

/** Text as it is; files one after the other; anything else as JSON. */
function answerOf(patch: FeedbackRecord['originalPatch']): string {
  if (typeof patch === 'string') return patch;
  const files = filesIn(patch);
  return files ? files.map(({ path, after }) => `--- ${path}\n${after}`).join('\n') : JSON.stringify(patch);
}

function filesIn(patch: unknown): { path: string; after: string }[] | undefined {
  if (typeof patch !== 'object' || patch === null || !('files' in patch) || !Array.isArray(patch.files))
    return undefined;
  const files = patch.files.map((file: unknown) => {
    const { path, after } = (file ?? {}) as { path?: unknown; after?: unknown };
    return typeof path === 'string' && (typeof after === 'string' || after == null)
      ? { path, after: after ?? '' }
      : undefined;
  });
  return files.every((file) => file !== undefined) ? files : undefined;
}
