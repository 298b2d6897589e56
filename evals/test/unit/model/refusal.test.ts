import { WhetstoneError } from '@whetstone/shared/errors';
import { describe, expect, it } from 'vitest';
import { CallFault } from '../../../src/solvers/model/call-fault.ts';
import { errorInside, faultOf, FilteredAnswer, wordsOf } from '../../../src/solvers/model/refusal.ts';
import { readReply } from '../../../src/solvers/model/reply.ts';

const asker = { host: 'models.test', model: 'm-1', keyless: false };
const fault = (status: number, message = '', rest: object = {}) => faultOf({ status, message, ...rest }, asker);

describe('an endpoint that does not answer', () => {
  it.each([408, 409, 429, 500, 502, 503, 504, 529])('is asked again after %i', (status) => {
    expect(fault(status)).toBeInstanceOf(CallFault);
  });

  it('is spared after 429, 503 and 529, and not for a fault of its own', () => {
    const overload = (status: number) => (fault(status) as CallFault).overload;
    expect([429, 503, 529, 500, 502].map(overload)).toEqual([true, true, true, false, false]);
  });

  it.each([
    [401, 'Incorrect API key', {}, 'unauthorized', 'the API key is wrong'],
    [403, 'not allowed', {}, 'forbidden', 'the API key may not use m-1'],
    [402, 'pay', {}, 'forbidden', 'no credit left'],
    [429, 'You exceeded your current quota', { code: 'insufficient_quota' }, 'forbidden', 'no credit left'],
    [404, 'model not found', {}, 'not_found', 'no model m-1'],
    [
      400,
      "This model's maximum context length is 8192 tokens",
      {},
      'payload_too_large',
      'do not fit the context of m-1',
    ],
    [400, 'too long', { code: 'context_length_exceeded' }, 'payload_too_large', '--max-tokens'],
    [400, "Unsupported parameter: 'max_tokens'", {}, 'invalid', "Unsupported parameter: 'max_tokens'"],
    [422, 'extra fields', {}, 'invalid', 'extra fields'],
    [301, '', {}, 'invalid', 'redirects'],
    [503, 'down', { shouldRetry: false }, 'unavailable', 'asks not to try again'],
  ])('says what to mend: %i %s', (status, message, rest, code, sentence) => {
    const error = fault(status, message, rest);
    expect(error).toBeInstanceOf(WhetstoneError);
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(sentence);
  });

  it('says that no key was sent, when none was', () => {
    expect(faultOf({ status: 401, message: '' }, { ...asker, keyless: true }).message).toContain('no API key was sent');
  });

  it('has answered when a content filter did', () => {
    expect(fault(400, 'The response was filtered', { code: 'content_filter' })).toBeInstanceOf(FilteredAnswer);
    expect(wordsOf('{"error":{"code":403,"message":"no","metadata":{"reasons":["x"],"flagged_input":"y"}}}')).toEqual({
      message: 'no',
      code: 'content_filter',
    });
  });

  it.each([
    ['OpenAI', '{"error":{"message":"no","type":"t","code":"c"}}', { message: 'no', code: 'c' }],
    ['Ollama', '{"error":"model \\"x\\" not found"}', { message: 'model "x" not found', code: undefined }],
    [
      'vLLM',
      '{"object":"error","message":"too long","type":"BadRequestError","code":400}',
      { message: 'too long', code: '400' },
    ],
    ['FastAPI', '{"detail":"Not Found"}', { message: 'Not Found', code: undefined }],
    ['a proxy', '<html><h1>502</h1>\n<p>Bad Gateway</p></html>', { message: '502 Bad Gateway' }],
    ['nobody', '[]', { message: '[]' }],
  ])('is understood in the words of %s', (_, body, words) => {
    expect(wordsOf(body)).toEqual(words);
  });

  it('may say so in a 200', () => {
    expect(errorInside('{"error":{"code":429,"message":"slow down"}}')).toMatchObject({
      status: 429,
      message: 'slow down',
    });
    expect(errorInside('{"error":{"message":"broke"}}')).toMatchObject({ status: 502 });
    expect(errorInside('{"choices":[],"error":null}')).toBeUndefined();
  });
});

describe('a body that came with 200', () => {
  const reply = (choice: object, rest: object = {}) => readReply(JSON.stringify({ choices: [choice], ...rest }));
  const said = { message: { content: 'hi' }, finish_reason: 'stop' };

  it.each([
    ['nothing', '', 'its answer is empty'],
    ['a page', '<h1>It works!</h1>', 'its answer is no JSON: <h1>It works!</h1>'],
    ['half of it', '{"choices":[{"mess', 'its answer is no JSON'],
    ['other JSON', '[1, 2]', 'its answer is not a chat completion'],
    ['no choices', '{"choices":[]}', 'its answer is not a chat completion'],
    ['a choice without a message', '{"choices":[{}]}', 'its answer is not a chat completion'],
    [
      'a choice that broke',
      '{"choices":[{"finish_reason":"error","message":{"content":"x"}}]}',
      'broke off with an error',
    ],
  ])('is no answer when it holds %s', (_, body, sentence) => {
    expect(() => readReply(body)).toThrow(CallFault);
    expect(() => readReply(body)).toThrow(sentence);
  });

  it.each([
    ['stop', 'done'],
    ['length', 'cut'],
    ['content_filter', 'filtered'],
    ['tool_calls', 'tool'],
    [null, 'done'],
  ])('ended by %s', (finish_reason, finish) => {
    expect(reply({ ...said, finish_reason }).finish).toBe(finish);
  });

  it('may come in parts, thinking apart', () => {
    const content = [
      { type: 'thinking', thinking: [{ text: 'hm' }] },
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    expect(reply({ message: { content } }).text).toBe('ab');
  });

  it('counts thinking as output where it is in the total alone', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 115,
      prompt_tokens_details: { cached_tokens: 4 },
    };
    expect(reply(said, { usage }).tokens).toEqual({ input: 10, output: 105, cached: 4 });
  });

  it('is an answer though its usage is nonsense, and the tokens are not known then', () => {
    expect(reply(said, { usage: { prompt_tokens: -1, completion_tokens: 'x' } }).tokens).toEqual({});
    expect(reply(said, { usage: { prompt_tokens: 1e12, completion_tokens: 2 } }).tokens).toEqual({ output: 2 });
    expect(reply(said, { usage: 'none' }).tokens).toEqual({});
    expect(reply(said, { usage: { prompt_tokens: 3, completion_tokens: 1, cost: { total: 1 } } })).not.toHaveProperty(
      'reportedUsd',
    );
  });
});
