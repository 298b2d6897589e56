import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captureFeedback } from 'whetstone-mcp/cloud-client';
import { lastWork } from './last-work.ts';

/** Looks at what the user made of the last work, and tells it if that is something. */
export async function review(root: string, userComment?: string): Promise<string> {
  const work = await lastWork(root);
  if (!work) return 'nothing was done here yet';
  const { taskId, taskType, language, model, guidanceVersion, file: path, before, after } = work;
  const now = await readFile(join(root, path), 'utf8');
  if (now === after) return 'you left it as it was';
  const generatedPatch = { files: [{ path, before, after }] };
  const userEditedPatch = { files: [{ path, before, after: now }] };
  const told = await captureFeedback({
    taskId,
    originalPatch: generatedPatch,
    correctedPatch: userEditedPatch,
    userComment,
    // By these it is found again: examples are asked for by the kind of task.
    taskType,
    language,
    model,
    guidanceVersion,
  });
  return told.accepted ? 'your correction will be learned from' : `not captured: ${told.reason}`;
}
