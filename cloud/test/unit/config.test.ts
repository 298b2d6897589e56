import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.ts';

describe('the environment', () => {
  it('may be empty', () => {
    expect(readConfig({})).toMatchObject({ port: 8787, host: '127.0.0.1', seed: 'demo', databaseUrl: undefined });
    expect(readConfig({}).dataDir).toMatch(/\.whetstone$/);
  });

  it('treats a variable that is set to nothing as one that is not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 8787, databaseUrl: undefined });
  });

  it.each([
    ['PORT', 'abc', 'a port from 0 to 65535'],
    ['PORT', '70000', 'a port from 0 to 65535'],
    ['PORT', '-1', 'a port from 0 to 65535'],
    ['HOST', 'not a host', 'a host name or address'],
    ['WHETSTONE_ADMIN_KEY', 'hunter2', 'a key in the grammar wsk_'],
    ['WHETSTONE_SEED', 'maybe', 'demo or none'],
    ['WHETSTONE_PUBLIC_URL', 'ftp://x', 'an http or https URL'],
    ['WHETSTONE_SESSION_SECRET', 'short', 'at least 32 characters'],
    ['WHETSTONE_LOG_LEVEL', 'loud', 'trace, debug, info'],
    ['WHETSTONE_USAGE_DAYS', '0', 'days that counts of exposures by hour are kept, 1 to 1100'],
    ['WHETSTONE_USAGE_DAYS', '1101', 'days that counts of exposures by hour are kept'],
    ['WHETSTONE_EXPOSURE_DAYS', '90d', 'days that exposures and their units are kept, 1 to 1100'],
    ['WHETSTONE_EXPOSURE_DAYS', '1e2', 'days that exposures and their units are kept'],
    ['DATABASE_URL', 'mysql://root:hunter2@x/y', 'a PostgreSQL URL'],
    ['DATABASE_URL', 'hunter2', 'a PostgreSQL URL'],
    ['DATABASE_DIRECT_URL', 'hunter2', 'a PostgreSQL URL'],
  ])('stops the start when %s is %j, naming it and what it expects but not its value', (name, value, expected) => {
    const message = messageOf(() => readConfig({ [name]: value }));
    expect(message).toContain(`${name}: expected ${expected}`);
    expect(message).not.toContain('hunter2');
  });

  it('takes the address for LISTEN from DATABASE_URL, unless that leads to a pooler', () => {
    const [pooled, direct] = ['postgres://pooler/db', 'postgres://direct/db'];
    expect(readConfig({ DATABASE_URL: pooled })).toMatchObject({ databaseDirectUrl: pooled });
    expect(readConfig({ DATABASE_URL: pooled, DATABASE_DIRECT_URL: direct })).toMatchObject({
      databaseDirectUrl: direct,
    });
    expect(readConfig({ DATABASE_DIRECT_URL: direct })).toMatchObject({ databaseDirectUrl: undefined });
  });

  it('says how long exposures are kept', () => {
    expect(readConfig({}).keep).toEqual({ usageDays: 400, exposureDays: 90 });
    const said = { WHETSTONE_USAGE_DAYS: '1100', WHETSTONE_EXPOSURE_DAYS: '1' };
    expect(readConfig(said).keep).toEqual({ usageDays: 1_100, exposureDays: 1 });
  });

  it('names all that is wrong at once', () => {
    const message = messageOf(() => readConfig({ PORT: 'x', WHETSTONE_SEED: 'x' }));
    expect(message.split('\n')).toHaveLength(2);
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error('nothing was refused');
}
