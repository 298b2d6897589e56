import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEmbeddings, type EmbeddingsFault } from '../../../test/support/embeddings-stand-in.ts';
import { openEmbeddings } from '../../src/platform/embeddings/open.ts';
import { openAiEmbeddings } from '../../src/platform/embeddings/openai.ts';
import { systemService } from '../../src/readiness.ts';
import { silentLog } from '../support/engines.ts';

const apiKey = 'sk-fake-0192';
const model = 'text-embedding-3-small';
const never = { signal: new AbortController().signal };
const soon = () => ({ signal: AbortSignal.timeout(100) });

const similarity = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const lengthOf = (vector: Float32Array) => Math.sqrt(similarity(vector, vector));

describe('embeddings of an OpenAI-compatible endpoint', () => {
  let service: Awaited<ReturnType<typeof startEmbeddings>>;
  beforeAll(async () => {
    service = await startEmbeddings({ apiKey, concepts: { signin: 'login' } });
  });
  afterEach(() => service.trouble(undefined));
  afterAll(() => service?.stop());
  const at = (change: Partial<Parameters<typeof openAiEmbeddings>[0]> = {}) =>
    openAiEmbeddings({ baseUrl: service.baseUrl, apiKey, model, dimensions: 1_536, ...change }, { baseMs: 1 });
  /** Has the next calls fail, each in its way, and then be answered. */
  function failing(...faults: EmbeddingsFault[]) {
    const since = service.requests.length;
    service.trouble((ordinal) => faults[ordinal - since]);
    return () => service.requests.length - since;
  }

  it('says which model makes them, and of how many numbers', () => {
    const { host } = new URL(service.baseUrl);
    expect(at()).toMatchObject({ engine: `${model} at ${host}`, space: `${model}/1536`, dimensions: 1_536 });
  });

  it('are of length 1, in the order of the texts, and near where the texts mean the same', async () => {
    const texts = ['how to login with a token', 'signin by token', 'the colour of the sky'];
    const [login, signin, sky] = await at().embed(texts, never);
    for (const vector of [login!, signin!, sky!]) {
      expect(vector).toHaveLength(1_536);
      expect(lengthOf(vector)).toBeCloseTo(1, 5);
    }
    expect(similarity(login!, signin!)).toBeGreaterThan(similarity(login!, sky!) + 0.2);
    expect((await at().embed([texts[1]!], never))[0]).toEqual(signin);
  });

  it('may be of none, of an empty text, and of many', async () => {
    const embeddings = at();
    expect(await embeddings.embed([], never)).toEqual([]);
    const before = service.requests.length;
    const many = Array.from({ length: 1_000 }, (_, i) => (i === 500 ? '' : `text ${i}`));
    const vectors = await embeddings.embed(many, never);
    const asked = service.requests.slice(before);
    expect(vectors).toHaveLength(1_000);
    for (const at of [0, 127, 128, 999]) {
      const [own] = await embeddings.embed([many[at]!], never);
      expect(vectors[at]).toEqual(own);
    }
    expect(asked.length).toBe(8);
  });

  it('are asked for in a few requests at once', async () => {
    const silent = await startEmbeddings({ fault: () => ({ kind: 'never' }) });
    const leaving = new AbortController();
    const many = Array.from({ length: 1_000 }, (_, i) => `text ${i}`);
    const asking = at({ baseUrl: silent.baseUrl }).embed(many, { signal: leaving.signal });
    const left = expect(asking).rejects.toThrow('did not answer in time');
    await vi.waitFor(() => expect(silent.requests).toHaveLength(4), { timeout: 10_000 });
    leaving.abort();
    await left;
    expect(silent.requests).toHaveLength(4);
    await silent.stop();
  });

  it('are of what the model can read of a text, cut between characters', async () => {
    const before = service.requests.length;
    const [long] = await at().embed(['€'.repeat(10_000), ...Array<string>(60).fill('x'.repeat(20_000))], never);
    expect(lengthOf(long!)).toBeCloseTo(1, 5);
    const asked = service.requests.slice(before);
    expect(asked.flatMap(({ input }) => input)).toContain('€'.repeat(2_730));
    for (const { input } of asked) {
      const bytes = input.map((text) => Buffer.byteLength(text));
      expect(Math.max(...bytes)).toBeLessThanOrEqual(8_191);
      expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(200_000);
    }
  });

  it('are asked for again after a refusal for the rate, when the service says so, and after what broke', async () => {
    const asked = failing(
      { kind: 'refused', status: 429, retryAfter: '0' },
      { kind: 'refused', status: 503 },
      { kind: 'reset' },
    );
    expect(await at().embed(['text'], never)).toHaveLength(1);
    expect(asked()).toBe(4);
  });

  it('are given up after a few attempts, and at once where the service wants to be left alone for long', async () => {
    const broken = failing(...Array<EmbeddingsFault>(20).fill({ kind: 'status', status: 500 }));
    await expect(at().embed(['text'], never)).rejects.toThrow(/answers 500: The server had an error/);
    expect(broken()).toBe(3);
    const refused = failing(...Array<EmbeddingsFault>(20).fill({ kind: 'refused', status: 429, retryAfter: '0' }));
    await expect(at().embed(['text'], never)).rejects.toThrow('answers 429: Slow down.');
    expect(refused()).toBe(8);
    const away = failing({ kind: 'refused', status: 429, retryAfter: '3600' });
    await expect(at().embed(['text'], never)).rejects.toThrow('answers 429');
    expect(away()).toBe(1);
  });

  it.each([
    ['count', '0 vectors for 1 texts'],
    ['dimension', 'vectors of 1535 numbers, not 1536: text-embedding-3-small needs EMBEDDINGS_DIMENSIONS=1535'],
    ['nan', 'a vector that is no direction'],
    ['zero', 'a vector that is no direction'],
    ['page', 'no list of vectors'],
  ] as const)('are refused when the answer is wrong: %s', async (kind, words) => {
    failing({ kind });
    await expect(at().embed(['text'], never)).rejects.toThrow(words);
  });

  it('belong to the text that the answer says', async () => {
    const [first, second] = await at().embed(['one text', 'and another'], never);
    failing({ kind: 'swapped' });
    expect(await at().embed(['one text', 'and another'], never)).toEqual([first, second]);
    failing({ kind: 'twice' });
    await expect(at().embed(['one text', 'and another'], never)).rejects.toThrow('which is of which text');
  });

  it('are all there or none, and nobody waits longer than he may', async () => {
    const many = Array.from({ length: 1_000 }, (_, i) => `text ${i}`);
    const asked = failing({ kind: 'never' }, { kind: 'never' }, { kind: 'never' }, { kind: 'status', status: 400 });
    await expect(at().embed(many, never)).rejects.toThrow('answers 400');
    expect(asked()).toBe(4);
    service.trouble(() => ({ kind: 'never' }));
    await expect(at().embed(['text'], soon())).rejects.toThrow('did not answer in time');
    service.trouble(() => ({ kind: 'refused', status: 429, retryAfter: '50' }));
    await expect(at().embed(['text'], soon())).rejects.toThrow('did not answer in time');
  });

  it('are asked for in the number that was chosen, and in no number where the model has it anyway', async () => {
    const last = () => service.requests.at(-1)!;
    await at().embed(['text'], never);
    expect(last()).not.toHaveProperty('dimensions');
    const short = at({ dimensions: 512 });
    expect((await short.embed(['text'], never))[0]).toHaveLength(512);
    expect(last()).toMatchObject({ dimensions: 512, encoding_format: 'float' });
    expect(short.space).toBe(`${model}/512`);
  });

  it('are had from endpoints that know no numbers of dimensions, and from those that read less', async () => {
    const local = await startEmbeddings({ dimensions: 384 });
    local.trouble((ordinal) => {
      const { dimensions, input } = local.requests[ordinal]!;
      if (dimensions !== undefined)
        return { kind: 'status', status: 400, message: 'Model "small" does not support matryoshka representation' };
      return Math.max(...input.map((text) => text.length)) > 2_048
        ? { kind: 'status', status: 400, message: 'This model has a maximum context length of 512 tokens' }
        : undefined;
    });
    const { apiKey: _, ...keyless } = { baseUrl: local.baseUrl, apiKey, model: 'small', dimensions: 384 };
    const embeddings = openAiEmbeddings(keyless);
    expect((await embeddings.embed(['x'.repeat(9_000)], never))[0]).toHaveLength(384);
    expect(local.requests.length).toBe(4);
    // It has learned.
    await embeddings.embed(['x'.repeat(9_000)], never);
    expect(local.requests.length).toBe(5);
    await local.stop();
  });

  it('are asked for with the key and nothing that tells of the machine, or with no key at all', async () => {
    const seen = await startEmbeddings();
    await at({ baseUrl: seen.baseUrl }).embed(['text'], never);
    await openAiEmbeddings({ baseUrl: seen.baseUrl, model, dimensions: 1_536 }).embed(['text'], never);
    const withPassword = new URL(seen.baseUrl);
    Object.assign(withPassword, { username: 'a', password: 'fake' });
    await openAiEmbeddings({ baseUrl: withPassword.href, model, dimensions: 1_536 }).embed(['text'], never);
    expect(seen.headers.map(({ authorization }) => authorization)).toEqual([
      `Bearer ${apiKey}`,
      undefined,
      `Basic ${btoa('a:fake')}`,
    ]);
    expect(
      seen.headers.flatMap((headers) => Object.keys(headers)).filter((name) => /stainless|openai/.test(name)),
    ).toEqual([]);
    await seen.stop();
  });

  it('keep the key out of what is said of them', async () => {
    const wrong = at({ apiKey: 'sk-wrong-0192' }).embed(['text'], never);
    await expect(wrong).rejects.toThrow(/refuses the key \(401\): look at EMBEDDINGS_API_KEY/);
    failing({ kind: 'status', status: 404, message: `nothing for ${apiKey}` });
    await expect(at().embed(['text'], never)).rejects.toThrow('answers 404: nothing for [secret]');
  });

  it('are gone where nobody listens', async () => {
    const nobody = at({ baseUrl: 'http://127.0.0.1:9/v1' });
    await expect(nobody.embed(['text'], never)).rejects.toThrow(/127\.0\.0\.1:9 cannot be reached/);
  });

  it('are there for the probe until a call fails, and again after one that is answered; it asks nothing', async () => {
    const embeddings = at();
    await expect(embeddings.ping()).resolves.toBeUndefined();
    failing({ kind: 'page' });
    await expect(embeddings.embed(['text'], never)).rejects.toThrow();
    const before = service.requests.length;
    await expect(embeddings.ping()).rejects.toThrow('nonsense');
    const { getReadiness } = systemService({
      version: '0.0.0',
      ports: [{ port: 'embeddings', engine: () => embeddings.engine, ping: embeddings.ping, isOptional: true }],
      isStopping: () => false,
    });
    expect(await getReadiness(undefined as never, {})).toMatchObject({ status: 'ok', ports: [{ ok: false }] });
    expect(service.requests).toHaveLength(before);
    await embeddings.embed(['text'], never);
    await expect(embeddings.ping()).resolves.toBeUndefined();
  });

  describe('that were opened by the configuration', () => {
    const said: unknown[] = [];
    let nowMs = 1_000_000;
    const open = () =>
      openEmbeddings({
        endpoint: { baseUrl: service.baseUrl, apiKey, model, dimensions: 1_536 },
        clock: () => nowMs,
        log: { warn: (...args: unknown[]) => void said.push(args) },
      })!;

    it('are none where no endpoint is known', () => {
      expect(openEmbeddings({ endpoint: undefined, clock: Date.now, log: silentLog })).toBeUndefined();
    });

    it('are left alone for a while after some failures, and told of in the log once', async () => {
      const embeddings = open();
      const asked = failing(...Array<EmbeddingsFault>(3).fill({ kind: 'status', status: 404 }));
      for (let i = 0; i < 3; i++) await expect(embeddings.embed(['text'], never)).rejects.toThrow('answers 404');
      await expect(embeddings.embed(['text'], never)).rejects.toThrow('left alone');
      expect(asked()).toBe(3);
      nowMs += 5_001;
      await expect(embeddings.embed(['text'], never)).resolves.toHaveLength(1);
      expect(said).toEqual([
        [{ reason: expect.stringContaining('answers 404') as string }, 'no embeddings; search is lexical meanwhile'],
      ]);
      expect(JSON.stringify(said)).not.toContain(apiKey);
    });

    it('go on after any number of texts that they refuse', async () => {
      const embeddings = open();
      failing(...Array<EmbeddingsFault>(5).fill({ kind: 'status', status: 400, message: 'what is this' }));
      for (let i = 0; i < 5; i++) await expect(embeddings.embed(['text'], never)).rejects.toThrow('what is this');
      await expect(embeddings.embed(['text'], never)).resolves.toHaveLength(1);
    });
  });
});
