import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Origin } from '../config.ts';
import type { Clock } from '../offline/clock.ts';
import type { FlagReader } from '../offline/flag-reader.ts';
import type { LastAnswers } from '../offline/last-answers.ts';
import type { Recording } from '../offline/open-recording.ts';
import type { Acceptance } from '../offline/outbox/outbox.ts';
import { partitionOf } from '../offline/ruleset-store.ts';
import { correctionBody } from './correction.ts';
import { exampleFinding, type FindExamples } from './examples.ts';
import { guidanceGiving, type GuidanceGiving } from './guidance.ts';
import { keptExamples } from './kept-examples.ts';

export interface FeedbackParts {
  origin: Origin | undefined;
  /** Why the cloud is not asked. */
  obstacle: string | undefined;
  stateDir: string;
  /** DO_NOT_TRACK: nobody is named. */
  tracks: boolean;
  flags: Pick<FlagReader, 'answer' | 'catalog'>;
  answers: Pick<LastAnswers, 'attempt' | 'read'>;
  record: Recording['record'];
  clock: Clock;
}

/** What people made of agents' work, and what was learned from it. */
export interface OpenFeedback {
  /** Accepted is what lies on disk; `degradedReason`: why the cloud will not have it soon. */
  capture(sent: unknown): Promise<(Acceptance & { degradedReason?: string | undefined }) | { refusal: string }>;
  examples: FindExamples;
  guidance: GuidanceGiving;
}

/** The build puts it into a file of its own, that is loaded when somebody first asks for any of it. */
export function feedbackOver(parts: FeedbackParts): OpenFeedback {
  const { origin, obstacle, stateDir, tracks, flags, answers, record, clock } = parts;
  const nowMs = clock.wallMs;
  return {
    async capture(sent) {
      const made = correctionBody(sent, { nowMs: nowMs(), namesPeople: tracks });
      if ('problem' in made) return { refusal: made.problem };
      return { ...(await record({ operation: 'captureFeedback', body: made.body })), degradedReason: obstacle };
    },
    examples: exampleFinding({
      attempt: answers.attempt,
      kept: keptExamples(origin && join(stateDir, partitionOf(origin), 'feedback-examples.json')),
      nowMs,
      newNonce: () => randomBytes(8).toString('hex'),
    }),
    guidance: guidanceGiving({ flags, read: answers.read, nowMs }),
  };
}
