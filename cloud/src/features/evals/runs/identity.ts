import { canonicalJson, sha256Of, type SubjectManifest } from '@whetstone/evals';
import type { EvalRunRequest, EvalSubject } from '@whetstone/shared/contract';

export interface RunIdentity {
  /** Of the line that the subject's runs make over time. */
  subjectKey: string;
  label: string;
  /** Of the subject as it was asked for, commit and versions included. */
  buildId: string;
}

/** Who is measured, over time and as it is now. */
export function identityOf({ subject, commit }: EvalRunRequest, manifest: SubjectManifest): RunIdentity {
  const label = subject.label ?? labelOf(subject, manifest);
  const asked = withoutSamples(subject);
  const samples = subject.kind === 'samples' ? { sha256: manifest['sha256'] } : {};
  return {
    subjectKey: sha256Of(canonicalJson({ kind: subject.kind, label })),
    label,
    buildId: sha256Of(canonicalJson({ subject: { ...asked, ...samples }, commit })),
  };
}

/** What is kept of a request: inline samples are answers, and lie with the answers. */
export const keptRequest = (request: EvalRunRequest): EvalRunRequest => ({
  ...request,
  subject: withoutSamples(request.subject),
});

function withoutSamples(subject: EvalSubject): EvalSubject {
  if (subject.kind !== 'samples') return subject;
  const { samples: _, ...rest } = subject;
  return rest;
}

function labelOf(subject: EvalSubject, manifest: SubjectManifest): string {
  if (subject.kind === 'samples')
    return subject.datasetFile === undefined ? `samples ${String(manifest['sha256']).slice(0, 8)}` : manifest.label;
  if (subject.kind === 'command') return subject.command.trim().slice(0, 256);
  if (subject.kind === 'reference') return 'reference';
  const params = Object.entries(subject.params ?? {}).filter(([, value]) => value !== undefined);
  const told = params.map(([name, value]) => `${name} ${value}`).join(', ');
  return told === '' ? subject.model : `${subject.model} (${told})`;
}
