import type { Config } from '../../config.ts';
import type { Finding } from './check.ts';
import type { ServerFacts } from './ask-server.ts';
import { explainFault } from './fault.ts';

/** A flag's schedule is kept by this machine's clock, and TLS fails on a wrong one; HTTP tells the time to the second. */
const clockToleranceMs = 5_000;

export function lookAtServer({ url, obstacles }: Pick<Config, 'url' | 'obstacles'>, { health }: ServerFacts): Finding {
  if (health.kind === 'skipped') {
    // Offline is a choice; a broken address is not.
    return { verdict: obstacles.url ? 'fail' : 'warn', value: `${url} is not asked`, fix: health.why };
  }
  if (health.kind === 'failed') {
    const { value, fix } = explainFault(health);
    return { verdict: 'fail', value: `${url} ${value}`, detail: health.code, fix };
  }
  const { status, body, latencyMs, location } = health;
  if (status >= 300 && status < 400) {
    const fix = `Set WHETSTONE_URL to the final address${location ? ` (${withoutPath(location)})` : ''}.`;
    return { verdict: 'fail', value: `${url} redirects (HTTP ${status})`, fix };
  }
  const version = serverVersionOf({ health });
  if (status === 200 && version !== undefined) {
    return { verdict: 'ok', value: `${url}, version ${version}, answered in ${Math.round(latencyMs)} ms` };
  }
  if (status >= 500)
    return { verdict: 'fail', value: `${url} answers HTTP ${status}`, fix: "Look into the server's log." };
  const what = body === undefined ? 'something that is not JSON' : 'something else';
  const fix = 'Check WHETSTONE_URL: a proxy or another service answers there.';
  return { verdict: 'fail', value: `${url} answers ${what} (HTTP ${status}) to /healthz`, fix };
}

export function serverVersionOf({ health }: Pick<ServerFacts, 'health'>) {
  if (health.kind !== 'answered') return undefined;
  const { status, version } = (health.body ?? {}) as { status?: unknown; version?: unknown };
  return status === 'ok' && typeof version === 'string' ? version : undefined;
}

export function lookAtClock({ health }: ServerFacts): Finding {
  const date = health.kind === 'answered' && health.date ? Date.parse(health.date) : Number.NaN;
  if (health.kind !== 'answered' || Number.isNaN(date)) {
    return { verdict: 'ok', value: 'nothing to compare with', detail: 'The server told no time.' };
  }
  // The header is cut to the second, so on average half of one is missing; it was written some time before it came.
  const differenceMs = health.sentAtMs + health.latencyMs / 2 - (date + 500);
  const seconds = Math.round(Math.abs(differenceMs) / 1_000);
  if (Math.abs(differenceMs) <= clockToleranceMs) {
    return { verdict: 'ok', value: seconds <= 1 ? 'as the server’s, to the second' : `${seconds} s from the server’s` };
  }
  return {
    verdict: 'warn',
    value: `${seconds} s ${differenceMs > 0 ? 'ahead of' : 'behind'} the server’s`,
    detail: 'Scheduled changes of flags come at the wrong time.',
    fix: 'Set the clock of this machine (or the server) by a time server.',
  };
}

/** A redirect may carry anything in its query. */
function withoutPath(location: string) {
  return URL.canParse(location) ? new URL(location).origin : 'see its Location header';
}
