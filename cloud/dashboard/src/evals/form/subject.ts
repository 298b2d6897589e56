import type { EvalSubject } from '@whetstone/shared/contract';

export const subjectKinds = [
  ['model', 'a model'],
  ['command', 'a command'],
  ['samples', 'recorded answers in a file'],
  ['reference', "the data set's own answers"],
] as const;

/** What is needed and not known yet is empty, which the schema complains of at its field. */
export function subjectOfKind(kind: string, before: EvalSubject): EvalSubject {
  if (kind === before.kind) return before;
  const label = before.label === undefined ? {} : { label: before.label };
  switch (kind) {
    case 'model':
      return { kind, model: '', ...label };
    case 'command':
      return { kind, command: '', ...label };
    case 'samples':
      return { kind, datasetFile: '', ...label };
    default:
      return { kind: 'reference', ...label };
  }
}

/** Whom a run asks, in a few words. */
export function subjectText(subject: EvalSubject): string {
  if (subject.label !== undefined) return subject.label;
  switch (subject.kind) {
    case 'model':
      return subject.model;
    case 'command':
      return subject.command;
    case 'samples':
      return subject.datasetFile ?? `${subject.samples?.length ?? 0} recorded answers`;
    case 'reference':
      return 'reference';
  }
}
