import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { createClient } from '@whetstone/shared/client';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

type Client = ReturnType<typeof createClient>;

interface Tenant {
  client: Client;
  /** What this tenant's flags must look like, whatever the others did: by key, the version and the description. */
  model: Map<string, { version: number; mark: string; archived: boolean }>;
}

const runs = 1_000;
const keys = ['shared-name', 'other-name', 'third-name'];

/** All tenants fight over the same few keys, so that a query that forgets its tenant is found out at once. */
const step = fc.record({
  tenant: fc.nat(2),
  key: fc.constantFrom(...keys),
  verb: fc.constantFrom('create', 'update', 'archive', 'restore', 'read', 'list'),
  mark: fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme-ascii' }),
});

describeOnEngines('tenants', (engine) => {
  let app: TestApp;
  let tenants: Tenant[];
  beforeAll(async () => {
    app = await startApp(engine);
    const others = await Promise.all(['second', 'third'].map((name) => app.otherTenant(name)));
    tenants = [app.admin, ...others.map(({ client }) => client)].map((client) => ({ client, model: new Map() }));
  });
  afterAll(() => app.close());

  it(`never see or move what is another's, in ${runs} random sequences`, { timeout: 180_000 }, async () => {
    let steps = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (sequence) => {
        for (const { tenant, ...what } of sequence) {
          steps++;
          await take(tenants[tenant]!, what);
        }
      }),
      { numRuns: runs },
    );
    console.info(`${engine.name}: ${runs} sequences, ${steps} steps over 3 tenants`);
  });
});

async function take({ client, model }: Tenant, { key, verb, mark }: { key: string; verb: string; mark: string }) {
  const known = model.get(key);
  const outcome = await attempt(client, { key, verb, mark, version: known?.version ?? 1 });
  if (verb === 'list') {
    const expected = [...model].filter(([, { archived }]) => !archived).map(([name, { mark: text }]) => [name, text]);
    expect(outcome).toEqual(expected.toSorted(([a], [b]) => (a! < b! ? -1 : 1)));
  } else if (!known) {
    expect(outcome).toBe(verb === 'create' ? mark : 'not_found');
    if (verb === 'create') model.set(key, { version: 1, mark, archived: false });
  } else {
    const allowed = { create: false, update: !known.archived, archive: true, restore: known.archived, read: true }[
      verb
    ];
    expect(outcome).toBe(!allowed ? 'conflict' : verb === 'update' ? mark : known.mark);
    const isChange = allowed && verb !== 'read' && !(verb === 'archive' && known.archived);
    if (isChange) {
      const archived = verb === 'archive' || (known.archived && verb !== 'restore');
      model.set(key, { version: known.version + 1, mark: verb === 'update' ? mark : known.mark, archived });
    }
  }
}

/** The description that the flag has afterwards, the code of the refusal, or for a list all keys and descriptions. */
async function attempt(
  client: Client,
  { key, verb, mark, version }: { key: string; verb: string; mark: string; version: number },
) {
  const calls: Record<string, () => Promise<unknown>> = {
    create: async () => (await client.createFlag(aFlag(key, { description: mark }))).description,
    update: async () => (await client.updateFlag({ ...aFlag(key, { description: mark }), version })).description,
    archive: async () => (await client.archiveFlag({ key })).description,
    restore: async () => (await client.restoreFlag({ key })).description,
    read: async () => (await client.getFlag({ key })).description,
    list: async () => (await client.listFlags({})).items.map((flag) => [flag.key, flag.description]),
  };
  return calls[verb]!().catch((error: { code: string }) => error.code);
}
