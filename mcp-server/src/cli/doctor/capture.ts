import { ageText } from '../../age-text.ts';
import { readCaptureStatus, type CaptureStatus } from '../../capture/status.ts';
import { coverageText } from '../../capture/coverage.ts';
import { spoolLimits } from '../../capture/spool/spooler-script.ts';
import { sizeText } from '../size-text.ts';
import type { Finding } from './check.ts';

export const readCapture = (stateDir: string): Promise<CaptureStatus> => readCaptureStatus(stateDir, process.cwd());

const nothing: Finding = { verdict: 'ok', value: 'nothing is noted' };

export function lookAtConsent({ consent, isUnknownWord }: CaptureStatus): Finding {
  if (isUnknownWord) {
    const fix = 'WHETSTONE_CAPTURE is off, counts, patterns or full.';
    return { verdict: 'warn', value: 'off', detail: 'WHETSTONE_CAPTURE says a word that means nothing.', fix };
  }
  if (consent.by === 'nobody') return { verdict: 'ok', value: 'off: whetstone-mcp hooks install asks you' };
  return {
    verdict: 'ok',
    value: `${consent.level}, by ${consent.by === 'environment' ? 'WHETSTONE_CAPTURE' : consent.by}`,
  };
}

export function lookAtHooks({ consent, hooks, lastEventMs }: CaptureStatus, nowMs: number): Finding {
  if (consent.level === 'off') return nothing;
  const value = Object.entries(hooks)
    .map(([client, isThere]) => `${client} ${isThere ? 'installed' : 'not installed'}`)
    .join(', ');
  const last =
    lastEventMs === undefined ? 'no event yet' : `last event ${ageText(Math.max(0, nowMs - lastEventMs))} ago`;
  if (!hooks.claude && !hooks.cursor) {
    const fix = 'Run whetstone-mcp hooks install, unless a program of yours calls capture pre and post.';
    return { verdict: 'warn', value: `${value}; ${last}`, detail: 'No agent tells what it writes.', fix };
  }
  return { verdict: 'ok', value: `${value}; ${last}` };
}

export function lookAtCoverage({ consent, coverage }: CaptureStatus): Finding {
  if (consent.level === 'off') return nothing;
  const detail =
    'Of the sessions that hooks told of in the last days, and of starts of this server in folders of which no hook told anything. An agent with neither is not counted.';
  const { covered, sessions } = coverage;
  const value = coverageText(coverage);
  if (sessions > 0 && covered / sessions < 0.5) {
    return { verdict: 'warn', value, detail, fix: 'Run whetstone-mcp hooks install for the clients you use.' };
  }
  return { verdict: 'ok', value, detail };
}

export function lookAtSpool({ consent, spool, tally }: CaptureStatus): Finding {
  if (consent.level === 'off') return nothing;
  const refused = Object.values(tally.refused).reduce((sum, count) => sum + count, 0);
  const value = `${spool.events} events waiting (${sizeText(spool.bytes)}), ${spool.dropped} dropped, ${tally.torn} torn, ${tally.redacted} redacted, ${refused} refused`;
  if (spool.events >= spoolLimits.events) {
    return {
      verdict: 'warn',
      value,
      detail: 'It is full: events are dropped.',
      fix: 'Run whetstone-mcp capture drain.',
    };
  }
  return { verdict: 'ok', value };
}
