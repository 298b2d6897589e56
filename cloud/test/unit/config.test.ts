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
    ['WHETSTONE_NPM_REGISTRY', 'hunter2', 'the http or https URL of a registry of npm packages'],
    ['OPENAI_BASE_URL', 'hunter2', 'the http or https URL of an OpenAI-compatible endpoint'],
    ['WHETSTONE_MODEL_PRICE', '1', 'US dollars per million input and output tokens'],
    ['WHETSTONE_MODEL_PRICE', '1/-2', 'US dollars per million input and output tokens'],
    ['E2B_API_URL', 'ftp://hunter2', 'an http or https URL'],
    ['E2B_DOMAIN', 'not a domain', 'a domain name'],
    ['DATABASE_URL', 'mysql://root:hunter2@x/y', 'a PostgreSQL URL'],
    ['DATABASE_URL', 'hunter2', 'a PostgreSQL URL'],
    ['DATABASE_DIRECT_URL', 'hunter2', 'a PostgreSQL URL'],
    ['UPSTASH_REDIS_REST_URL', 'redis://x:hunter2@y', 'an https URL as Upstash shows it'],
    ['UPSTASH_REDIS_REST_TOKEN', 'hunter2 and more', 'the token that belongs to UPSTASH_REDIS_REST_URL'],
    ['WHETSTONE_OUTBOUND_ALLOW', '10.0.0.0/8,http://hunter2', 'hosts, addresses or networks, separated by commas'],
    ['WHETSTONE_OUTBOUND_ALLOW', '10.0.0', 'hosts, addresses or networks'],
    ['WHETSTONE_OUTBOUND_PORTS', '80,0', 'ports from 1 to 65535'],
    ['WHETSTONE_OUTBOUND_PORTS', '65536', 'ports from 1 to 65535'],
    ['WHETSTONE_JOB_WORKERS', '0', 'jobs that one process runs at once, 1 to 200'],
    ['WHETSTONE_JOB_WORKERS', '201', 'jobs that one process runs at once'],
    ['QSTASH_URL', 'hunter2', 'an http or https URL'],
    ['EMBEDDINGS_API_KEY', 'hunter2 and more', 'a key of the embeddings endpoint'],
    ['EMBEDDINGS_BASE_URL', 'hunter2', 'the http or https URL of an OpenAI-compatible endpoint'],
    ['EMBEDDINGS_MODEL', 'hunter2 the model', 'the name of a model'],
    ['EMBEDDINGS_MODEL', 'hunter2', 'the name of a model, such as text-embedding-3-small, of an endpoint'],
    ['EMBEDDINGS_DIMENSIONS', '0', 'how many numbers a vector of EMBEDDINGS_MODEL has, 1 to 16000'],
    ['EMBEDDINGS_DIMENSIONS', '16001', 'how many numbers a vector'],
    ['PINECONE_API_KEY', 'hunter2 and more', 'a key of Pinecone'],
    ['PINECONE_INDEX', 'Hunter2 or so', 'the name of an index of Pinecone'],
    ['PINECONE_CONTROLLER_HOST', 'hunter2', 'the http or https URL of the control plane'],
  ])('stops the start when %s is %j, naming it and what it expects but not its value', (name, value, expected) => {
    const message = messageOf(() => readConfig({ [name]: value }));
    expect(message).toContain(`${name}: expected ${expected}`);
    expect(message).not.toContain('hunter2');
  });

  it('says where runs of evals find what they need, and knows nothing of keys that are not given', () => {
    expect(readConfig({ HOME: '/home/a', WHETSTONE_DATA_DIR: '/data' }).evals).toEqual({
      datasetsDir: '/home/a/.cache/whetstone/evals/datasets',
      reposDirs: [],
      cacheDir: '/data/evals-cache',
      openai: {},
      e2b: {},
    });
    expect(readConfig({ WHETSTONE_DATA_DIR: '/data' }).evals.datasetsDir).toBe('/data/datasets');
    expect(
      readConfig({
        WHETSTONE_DATASETS_DIR: '/sets',
        WHETSTONE_REPOS_DIRS: '/a:/b',
        OPENAI_API_KEY: 'sk-fake',
        WHETSTONE_MODEL_PRICE: '0.15/0.6',
        E2B_API_KEY: 'e2b_fake',
      }).evals,
    ).toMatchObject({
      datasetsDir: '/sets',
      reposDirs: ['/a', '/b'],
      openai: { apiKey: 'sk-fake', price: { inputPerMillion: 0.15, outputPerMillion: 0.6 } },
      e2b: { apiKey: 'e2b_fake' },
    });
  });

  it('says where documentation may be taken from: from no folder of the server unless some are named', () => {
    expect(readConfig({}).knowledge).toMatchObject({
      docDirs: [],
      registryUrl: expect.stringMatching(/\.npmjs\.org$/),
    });
    const given = { WHETSTONE_DOC_DIRS: '/a:/b', WHETSTONE_NPM_REGISTRY: 'https://packages.example/npm/' };
    expect(readConfig(given).knowledge).toMatchObject({
      docDirs: ['/a', '/b'],
      registryUrl: 'https://packages.example/npm/',
    });
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

  it('takes a shared cache by address and token together, and names the one that is missing', () => {
    const [url, token] = ['https://fake.upstash.io', 'a-fake-token'];
    expect(readConfig({}).sharedCache).toBeUndefined();
    const both = { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token };
    expect(readConfig(both).sharedCache).toEqual({ url, token });
    for (const name of ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'] as const) {
      expect(messageOf(() => readConfig({ ...both, [name]: undefined }))).toMatch(new RegExp(`^${name}: expected`));
    }
  });

  describe('about embeddings', () => {
    const openAi = 'https://api.openai.com/v1';
    const small = { model: 'text-embedding-3-small', dimensions: 1_536 };

    it('has none unless an endpoint is known, or when they are not wanted', () => {
      expect(readConfig({ EMBEDDINGS_DIMENSIONS: '512' }).embeddings).toBeUndefined();
      expect(readConfig({ OPENAI_API_KEY: 'sk-fake', EMBEDDINGS_MODEL: 'none' }).embeddings).toBeUndefined();
    });

    it('takes the endpoint of models where there is none of its own', () => {
      expect(readConfig({ OPENAI_API_KEY: 'sk-fake' }).embeddings).toEqual({
        baseUrl: openAi,
        apiKey: 'sk-fake',
        ...small,
      });
      const local = 'http://127.0.0.1:11434/v1';
      expect(readConfig({ OPENAI_BASE_URL: local }).embeddings).toEqual({ baseUrl: local, ...small });
    });

    it('takes one of its own, to which no key goes that was given for another', () => {
      const [local, elsewhere] = ['http://127.0.0.1:11434/v1', 'https://embeddings.example.com/v1'];
      expect(
        readConfig({ OPENAI_BASE_URL: local, EMBEDDINGS_BASE_URL: openAi, EMBEDDINGS_API_KEY: 'sk-own' }).embeddings,
      ).toEqual({ baseUrl: openAi, apiKey: 'sk-own', ...small });
      const given = { OPENAI_API_KEY: 'sk-fake', EMBEDDINGS_BASE_URL: elsewhere };
      expect(readConfig(given).embeddings).toEqual({ baseUrl: elsewhere, ...small });
      expect(readConfig({ ...given, OPENAI_BASE_URL: `${elsewhere}/chat` }).embeddings).toMatchObject({
        apiKey: 'sk-fake',
      });
    });

    it('knows how many numbers the vectors of known models have, and asks for those of others', () => {
      const key = { EMBEDDINGS_API_KEY: 'sk-own' };
      const dimensionsOf = (model: string, dimensions?: string) =>
        readConfig({ ...key, EMBEDDINGS_MODEL: model, EMBEDDINGS_DIMENSIONS: dimensions }).embeddings?.dimensions;
      expect(dimensionsOf('text-embedding-3-large')).toBe(3_072);
      expect(dimensionsOf('text-embedding-ada-002')).toBe(1_536);
      expect(dimensionsOf('text-embedding-3-large', '256')).toBe(256);
      expect(dimensionsOf('nomic-embed-text', '768')).toBe(768);
      expect(messageOf(() => dimensionsOf('nomic-embed-text'))).toMatch(
        /^EMBEDDINGS_DIMENSIONS: expected how many numbers a vector of EMBEDDINGS_MODEL has/,
      );
    });
  });

  it('takes Pinecone by key and index together, and names the one that is missing', () => {
    expect(readConfig({ PINECONE_CONTROLLER_HOST: 'http://127.0.0.1:1' }).pinecone).toBeUndefined();
    const both = { PINECONE_API_KEY: 'pcsk_fake', PINECONE_INDEX: 'docs' };
    expect(readConfig(both).pinecone).toEqual({ apiKey: 'pcsk_fake', index: 'docs' });
    expect(readConfig({ ...both, PINECONE_CONTROLLER_HOST: 'http://127.0.0.1:1' }).pinecone).toMatchObject({
      controllerUrl: 'http://127.0.0.1:1',
    });
    for (const name of ['PINECONE_API_KEY', 'PINECONE_INDEX'] as const) {
      expect(messageOf(() => readConfig({ ...both, [name]: undefined }))).toMatch(new RegExp(`^${name}: expected`));
    }
  });

  it('says where calls may lead that users ask for: nowhere but the public internet, unless it is named', () => {
    expect(readConfig({}).outbound).toEqual({ allow: [], ports: [80, 443] });
    const said = {
      WHETSTONE_OUTBOUND_ALLOW: '127.0.0.1, ::1,hooks.internal,10.1.0.0/16',
      WHETSTONE_OUTBOUND_PORTS: '8443',
    };
    expect(readConfig(said).outbound).toEqual({
      allow: ['127.0.0.1', '::1', 'hooks.internal', '10.1.0.0/16'],
      ports: [8_443],
    });
  });

  const ofQStash = {
    QSTASH_TOKEN: 'fake',
    QSTASH_CURRENT_SIGNING_KEY: 'fake current',
    QSTASH_NEXT_SIGNING_KEY: 'fake next',
    WHETSTONE_PUBLIC_URL: 'https://whetstone.example.com',
  };

  it('has jobs delivered by QStash when all of it is there', () => {
    expect(readConfig({ QSTASH_URL: 'https://qstash.example.com' }).qstash).toBeUndefined();
    expect(readConfig(ofQStash).qstash).toEqual({
      url: 'https://qstash.upstash.io',
      token: 'fake',
      currentSigningKey: 'fake current',
      nextSigningKey: 'fake next',
      publicUrl: 'https://whetstone.example.com',
    });
  });

  it.each(Object.keys(ofQStash))('names what of QStash is missing when %s is', (missing) => {
    expect(messageOf(() => readConfig({ ...ofQStash, [missing]: '' }))).toContain(`${missing}: expected `);
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
