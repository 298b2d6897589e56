import { provenance } from './provenance.ts';
import { defineTool, text } from './tool.ts';

/** A patch has the whole of a file in it, or of many. */
const patch = (description: string) => ({ description, maxLength: 4_194_304, additionalProperties: true }) as const;

export const captureFeedback = defineTool({
  name: 'capture_feedback',
  title: 'Capture feedback',
  description: 'Tell what the user changed in your work, or that they rejected it. Kept offline.',
  inputSchema: {
    type: 'object',
    properties: {
      taskId: text('Joins outcomes'),
      originalPatch: patch('Yours: diff, {files: [{path, before, after}]} or JSON'),
      correctedPatch: patch("The user's, in that form"),
      userComment: text('In their words'),
      kind: text('edit (default), reject, manual_fix, kept'),
      taskType: text('e.g. refactor'),
      language: text('e.g. typescript'),
      repoId: text('e.g. acme/api'),
      model: text('Model id'),
      guidanceVersion: text('If given'),
    },
    required: ['taskId', 'originalPatch', 'correctedPatch'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'object',
    properties: { accepted: { type: 'boolean' }, ...provenance },
    required: ['accepted', 'source'],
  },
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
  example: {
    taskId: 't-1',
    originalPatch: { files: [{ path: 'a.ts', before: 'a', after: 'b' }] },
    correctedPatch: { files: [{ path: 'a.ts', before: 'a', after: 'c' }] },
  },
  aliases: { comment: 'userComment', original: 'originalPatch', corrected: 'correctedPatch', task: 'taskId' },

  async handler(args, { feedback, signal }) {
    signal?.throwIfAborted();
    const outcome = await (await feedback()).capture(args);
    const { told } = await import('../tool-work/index.ts');
    return told(outcome, 'captured');
  },
});
