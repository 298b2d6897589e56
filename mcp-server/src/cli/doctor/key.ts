import type { Config } from '../../config.ts';
import type { Finding } from './check.ts';
import type { ServerFacts } from './ask-server.ts';

/** Is there a key, and is it whole? Only its public part is ever shown. */
export function lookAtKey({ origin, obstacles }: Pick<Config, 'origin' | 'obstacles'>): Finding {
  if (obstacles.key) {
    return { verdict: 'fail', value: 'no whole key', detail: 'Every answer is a default.', fix: obstacles.key };
  }
  return { verdict: 'ok', value: `${origin ? `wsk_${origin.selector}_…, ` : ''}form and checksum right` };
}

const roleFixes: Partial<Record<string, string>> = {
  admin:
    'An admin key can delete flags and make keys: give agents an agent key (agent.key beside admin.key, or POST /api/keys).',
  editor: 'An editor key can change flags: give agents an agent key.',
  viewer: 'A viewer key can read but record nothing: give agents an agent key.',
};

/** Does the server take it, and as what? */
export function lookAtRole({ me }: ServerFacts): Finding {
  if (me.kind === 'skipped') return { verdict: 'warn', value: 'not asked', fix: me.why };
  if (me.kind === 'failed')
    return { verdict: 'warn', value: 'not known', detail: me.problem, fix: 'See the check of the server.' };
  if (me.status === 401 || me.status === 403) {
    const fix = 'It is revoked, expired or of another server: set a valid WHETSTONE_API_KEY and restart your client.';
    return { verdict: 'fail', value: `refused (HTTP ${me.status})`, fix };
  }
  const { key, project } = (me.body ?? {}) as { key?: { role?: string; name?: string }; project?: { name?: string } };
  if (me.status !== 200 || !key?.role) {
    return { verdict: 'warn', value: `HTTP ${me.status} to /api/me`, fix: 'See the check of the server, and its log.' };
  }
  const value = `accepted as ${key.role}`;
  const detail = `"${key.name ?? ''}" of project "${project?.name ?? ''}"`;
  const fix = roleFixes[key.role];
  return fix ? { verdict: 'warn', value, detail, fix } : { verdict: 'ok', value, detail };
}
