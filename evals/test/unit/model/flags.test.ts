import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addModelFlags, modelOptionsFrom } from '../../../src/solvers/model/flags.ts';

const options = (line: readonly string[], openai: { apiKey?: string; baseUrl?: string } = {}) =>
  modelOptionsFrom(addModelFlags(new Command()).parse(line, { from: 'user' }).opts(), { openai });
const file = (text: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'flags-')), 'text.txt');
  writeFileSync(path, text);
  return path;
};

describe('the flags of a model', () => {
  it('say what is sent, and nothing that was not said', async () => {
    expect(await options(['--model', 'm'])).toEqual({
      model: 'm',
      baseUrl: undefined,
      apiKey: undefined,
      parameters: {},
    });
    const line =
      '--model m --temperature 0 --top-p 0.9 --model-seed 7 --max-tokens 100 --reasoning-effort low --price-in 1 --price-out 0';
    expect(await options([...line.split(' '), '--stop', 'A', 'B'])).toMatchObject({
      parameters: { temperature: 0, topP: 0.9, seed: 7, maxTokens: 100, reasoningEffort: 'low', stop: ['A', 'B'] },
      price: { inputPerMillion: 1, outputPerMillion: 0 },
    });
  });

  it('send the key to the endpoint it is for, and not to another', async () => {
    const openai = { apiKey: 'sk-fake' };
    expect(await options(['--model', 'm'], openai)).toMatchObject({ apiKey: 'sk-fake' });
    const keyOf = async (url: string, own: object = openai) =>
      (await options(['--model', 'm', '--base-url', url], own)).apiKey;
    expect(await keyOf('https://api.openai.com/v1')).toBe('sk-fake');
    expect(await keyOf('http://localhost:11434/v1')).toBeUndefined();
    expect(await keyOf('http://api.openai.com/v1')).toBeUndefined();
    expect(await keyOf('https://gw.test/v2', { ...openai, baseUrl: 'https://gw.test/v1' })).toBe('sk-fake');
  });

  it('read a template and guidance from files', async () => {
    const read = await options([
      '--model',
      'm',
      '--prompt-template',
      file('Do {{prompt}}'),
      '--guidance-file',
      file('Be brief.'),
    ]);
    expect(read.guidance).toBe('Be brief.');
    expect(read.template?.described).toMatchObject({ name: 'own', text: 'Do {{prompt}}' });
  });

  it.each([
    [['--temperature', 'hot'], '--temperature: expected a number from 0 to 5'],
    [['--temperature', ''], '--temperature: expected a number'],
    [['--max-tokens', '0'], '--max-tokens: expected a whole number from 1'],
    [['--max-tokens', '1.5'], '--max-tokens: expected a whole number'],
    [['--price-in', '1'], '--price-out: both prices are needed'],
    [['--guidance', 'a', '--guidance-file', 'b'], '--guidance: given as text and as a file'],
    [['--base-url', 'nonsense'], '--base-url: expected an http or https URL'],
    [['--prompt-template', '/nowhere/x'], '--prompt-template: /nowhere/x cannot be read'],
    [['--call-timeout-ms', '400000'], '--call-timeout-ms: expected a whole number from 1 to 300000'],
  ])('are refused by name: %s', async (line, sentence) => {
    await expect(options(['--model', 'm', ...line])).rejects.toThrow(sentence);
  });
});
