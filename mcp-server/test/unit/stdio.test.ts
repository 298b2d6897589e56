import { describe, expect, it } from 'vitest';
import { lineCutter } from '../../src/mcp/lines.ts';
import { readMessage } from '../../src/mcp/messages.ts';

const line = (text: string) => readMessage({ kind: 'line', text });

describe('lines', () => {
  const cut = (limit: number, ...chunks: string[]) => {
    const linesOf = lineCutter(limit);
    return chunks.flatMap((chunk) => [...linesOf(Buffer.from(chunk))]);
  };
  const texts = (...chunks: string[]) => cut(100, ...chunks).map((found) => found.kind === 'line' && found.text);

  it('come out whole, however they come in', () => {
    expect(texts('one\ntwo\n')).toEqual(['one', 'two']);
    expect(texts('o', 'n', 'e\nt', 'wo\n', '\n')).toEqual(['one', 'two', '']);
    expect(texts('one\nunfinished')).toEqual(['one']);
  });

  it('keep a character together that was cut in two', () => {
    const linesOf = lineCutter(100);
    const bytes = Buffer.from('zoë\n');
    expect([...linesOf(bytes.subarray(0, 3)), ...linesOf(bytes.subarray(3))]).toEqual([{ kind: 'line', text: 'zoë' }]);
  });

  it('that are too long leave their ends, and the next one is whole again', () => {
    const long = `head${'x'.repeat(2_000)}`;
    const [first, second] = cut(100, long.slice(0, 90), long.slice(90), `${'y'.repeat(1_000)}tail\nnext\n`);
    expect(first).toEqual({
      kind: 'too long',
      head: expect.stringMatching(/^headx{508}$/),
      tail: expect.stringMatching(/^y{508}tail$/),
    });
    expect(second).toEqual({ kind: 'line', text: 'next' });
  });
});

describe('a message', () => {
  it.each([
    '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    '{"jsonrpc":"2.0","id":"a","method":"ping","params":{}}',
    '{"jsonrpc":"2.0","method":"notifications/initialized"}\r',
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}',
  ])('is %s', (text) => {
    expect(line(text)).toEqual({ kind: 'message', message: JSON.parse(text) });
  });

  it.each([
    ['', 'nothing'],
    [' \r', 'nothing'],
  ])('is not in an empty line', (text, kind) => {
    expect(line(text)).toEqual({ kind });
  });

  it.each([
    ['Debugger attached.', undefined, -32700, 'the line is not JSON'],
    ['{"jsonrpc":"2.0","id":1,"meth', undefined, -32700, 'the line is not JSON'],
    ['null', undefined, -32600, 'a message is a JSON object'],
    ['[{"jsonrpc":"2.0","id":1,"method":"ping"}]', undefined, -32600, 'a message is a JSON object'],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', 1, -32600, 'jsonrpc: expected "2.0"'],
    ['{"jsonrpc":"2.0","id":1,"method":7}', 1, -32600, 'method: expected text'],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', 1, -32600, 'params: expected an object'],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', undefined, -32600, 'id: expected text or an integer'],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', undefined, -32600, 'id: expected text or an integer'],
    ['{"jsonrpc":"2.0","id":1}', 1, -32600, 'method: missing'],
  ])('is not %s', (text, id, code, reason) => {
    expect(line(text)).toEqual({ kind: 'refused', id, code, reason });
  });

  const params = `"params":{"name":"t","arguments":{"key":"${'x'.repeat(600)}","id":4}}`;
  it.each([
    [`{"jsonrpc":"2.0","id":5,"method":"tools/call",${params}}`, 5],
    [`{"method":"tools/call",${params},"jsonrpc":"2.0","id":"five"}`, 'five'],
    [`{ "method": "tools/call", ${params}, "id": 5, "jsonrpc": "2.0" }`, 5],
    [`{"jsonrpc":"2.0","method":"notifications/x",${params}}`, undefined],
    [`{"method":"tools/call","params":{"id":3,"text":"${'x'.repeat(600)}"}}`, undefined],
    [`{"method":"m","params":{"text":"\\"a\\",${'x'.repeat(600)}","id":3}}`, undefined],
  ])('that is too long is still known by its id (%#)', (text, id) => {
    const reading = readMessage({ kind: 'too long', head: text.slice(0, 512), tail: text.slice(-512) });
    expect(reading).toEqual({ kind: 'refused', id, code: -32600, reason: 'the message is too long' });
  });
});
