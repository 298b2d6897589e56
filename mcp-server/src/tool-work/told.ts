import type { Acceptance } from '../offline/outbox/outbox.ts';
import type { Outcome } from '../tools/tool.ts';
import { visible } from '../visible.ts';

/** What became of something that was told: refused for what it says, not taken, or on disk. */
export function told(
  outcome: (Acceptance & { degradedReason?: string | undefined }) | { refusal: string },
  done: string,
): Outcome {
  if ('refusal' in outcome) return { refusal: `invalid: ${outcome.refusal}` };
  if (!outcome.accepted) {
    const { reason } = outcome;
    return {
      structured: { accepted: false, reason, source: 'default', degradedReason: reason },
      text: visible(`not ${done}: ${reason}`),
    };
  }
  const { id, degradedReason } = outcome;
  return {
    structured: { accepted: true, id, source: 'cache', ageMs: 0, degradedReason },
    text: visible(
      [`${done}: it lies on this machine and reaches the cloud once`, degradedReason].filter(Boolean).join('. '),
    ),
  };
}
