import type { Config } from '../config.ts';
import type { FeedbackParts, OpenFeedback } from '../feedback/index.ts';
import { systemClock } from './clock.ts';

/** The feedback of a configuration. Nothing is loaded, read or sent before its first use. */
export type Feedback = () => Promise<OpenFeedback>;

export function openFeedback(config: Config, parts: Pick<FeedbackParts, 'flags' | 'answers' | 'record'>): Feedback {
  let opened: Promise<OpenFeedback> | undefined;
  return () => (opened ??= load());

  async function load() {
    const { feedbackOver } = await import('../feedback/index.ts');
    return feedbackOver({ ...config, ...parts, tracks: config.tracksExposures, clock: systemClock });
  }
}
