import type { EvalRunRequest } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';
import type { BisectRow, Candidate, KnownRequest, StepPhase } from './bisect-row.ts';
import { scanSamples, stepSamples } from './step-verdict.ts';

/** The run of one version. */
export function stepRequest(
  { request, problems }: Pick<BisectRow, 'request' | 'problems'>,
  candidate: Candidate,
  phase: StepPhase,
  budgetUsd: number | undefined,
): EvalRunRequest {
  const { dataset, sandbox } = request;
  const chosen = phase === 'scan' ? undefined : problems!;
  return {
    dataset,
    subject: subjectAt(request, candidate),
    samplesPerProblem: chosen ? stepSamples(chosen.length) : scanSamples,
    ...(chosen && { problems: chosen }),
    ...(sandbox && { sandbox }),
    ...(request.over.kind === 'commits' && { commit: candidate.name }),
    ...(budgetUsd !== undefined && { budgetUsd }),
    tags: ['bisect'],
  };
}

/** Refuses a subject whose answers do not depend on the version: nothing could be found with it. */
export function refuseUnmoved({ over, subject }: KnownRequest): void {
  if (over.kind === 'commits') {
    if (subject.kind !== 'command')
      throw invalidField(
        'subject',
        `a ${subject.kind} subject answers the same at every commit; a command can read its checkout`,
      );
    if (subject.repo !== undefined && subject.repo !== over.repo)
      throw invalidField('subject.repo', 'is the repository of the bisect; leave it out');
    return;
  }
  if (subject.kind !== 'model')
    throw invalidField(
      'subject',
      `a ${subject.kind} subject reads no guidance; versions of it are bisected with a model`,
    );
}

function subjectAt({ over, subject }: KnownRequest, { name, guidance }: Candidate): EvalRunRequest['subject'] {
  if (over.kind === 'commits') return subject.kind === 'command' ? { ...subject, repo: over.repo } : subject;
  if (subject.kind !== 'model') return subject;
  // Without a text of its own the version stands for what the subject brings anyway.
  return { ...subject, guidanceVersion: name, ...(guidance !== undefined && { guidance }) };
}
