import { describe, expect, it } from 'vitest';
import { docOf } from '../../src/features/knowledge/sources/symbols-doc.ts';
import { onceLoaded, symbolsOf } from '../../src/features/knowledge/sources/symbols.ts';

const compiler = onceLoaded();
const symbols = (...lines: string[]) => symbolsOf(lines.join('\n'), compiler());
const named = (found: ReturnType<typeof symbols>) => found.map(({ kind, name }) => `${kind} ${name}`);

describe('what declarations say', () => {
  it('is functions, classes, interfaces, types, variables, enums and modules, with their members', () => {
    const found = symbols(
      'export declare function open(path: string): Door;',
      'export declare class Door<T = unknown> extends Frame<T> implements Closable {',
      '  #lock: Lock;',
      '  private hinge: Hinge;',
      '  readonly width: number;',
      '  constructor(width: number);',
      '  close(slam?: boolean): void;',
      '  get isOpen(): boolean;',
      '  set isOpen(value: boolean);',
      '  [Symbol.dispose](): void;',
      '}',
      'export interface Frame<T> { (call: T): void; "data-name"?: string }',
      'export type Handle = { turn(by: number): void };',
      'export declare const a: 1, b: 2;',
      'export declare enum Side { Left = "left", Right = "right" }',
      'declare namespace house.rooms { function kitchen(): void }',
      'declare module "house/garden" { export const tree: string }',
      'declare global { interface Window { door: Door } }',
    );
    expect(named(found)).toEqual([
      'function open',
      'class Door',
      'property Door.width',
      'method Door.constructor',
      'method Door.close',
      'property Door.isOpen',
      'method Door[Symbol.dispose]',
      'interface Frame',
      'property Frame.data-name',
      'type Handle',
      'method Handle.turn',
      'variable a',
      'variable b',
      'enum Side',
      'property Side.Left',
      'property Side.Right',
      'module house',
      'module house.rooms',
      'function house.rooms.kitchen',
      'module house/garden',
      'variable house/garden.tree',
      'interface Window',
      'property Window.door',
    ]);
  });

  it('is their signature on one line, without what is inside of them and without comments', () => {
    const found = symbols(
      'export declare class Query<',
      '  DB, // the tables',
      '  O = "// no comment",',
      '> extends Base<DB> {',
      '  where<K extends keyof DB>(',
      '    /** Which column. */',
      '    column: K,',
      '    value: DB[K],',
      '  ): Query<DB, O>;',
      '}',
    );
    expect(found.map(({ signature }) => signature)).toEqual([
      'class Query< DB, O = "// no comment", > extends Base<DB>',
      'where<K extends keyof DB>( column: K, value: DB[K], ): Query<DB, O>',
    ]);
  });

  it('is where they stand, from their comment on', () => {
    const [one, two] = symbols(
      '',
      '/**',
      ' * Says so.',
      ' */',
      'export declare function one(',
      '): void;',
      'type Two = 2',
    );
    expect(one).toMatchObject({ doc: 'Says so.', startLine: 2, endLine: 6 });
    expect(two).toMatchObject({ doc: '', startLine: 7, endLine: 7, deprecated: undefined });
  });

  it('has every overload, and of comments the last one alone', () => {
    const found = symbols(
      '/** Of the file. */',
      '/** By number. */',
      'declare function get(at: number): void;',
      '// no documentation',
      'declare function get(name: string): void;',
    );
    expect(found.map(({ signature, doc }) => [signature, doc])).toEqual([
      ['function get(at: number): void', 'By number.'],
      ['function get(name: string): void', ''],
    ]);
  });

  it('is cut where a type is longer than anybody reads', () => {
    const [symbol] = symbols(`type All = ${Array.from({ length: 5_000 }, (_, i) => `'v${i}'`).join(' | ')};`);
    expect(symbol!.signature).toMatch(/^type All = 'v0' \| .*…$/);
    expect(symbol!.signature.length).toBeLessThan(2_100);
  });

  it('is read as far as it goes where the syntax is broken', () => {
    expect(named(symbols('export declare function whole(): void;', 'export declare class {{{ %% ('))).toContain(
      'function whole',
    );
  });

  it('does not show what a comment hides from its readers', () => {
    const [symbol] = symbols('/** Opens.<!-- tell nobody --> \u200BThe door. */', 'declare function open(): void;');
    expect(symbol!.doc).toBe('Opens. The door.');
  });
});

describe('a TSDoc comment', () => {
  const comment = (...lines: string[]) => docOf(`/**\n${lines.map((line) => ` * ${line}`).join('\n')}\n */`);

  it('becomes Markdown: parameters as a list, what is returned and thrown as sentences', () => {
    const { doc } = comment(
      'Opens a door.',
      '',
      '@param name - Which one.',
      '@param {number} [width=3] how wide',
      '@returns the door',
      '@throws {@link Stuck} when it is stuck',
      '@public',
      '@constructor',
    );
    expect(doc).toBe(
      [
        'Opens a door.',
        '- `name`: Which one.',
        '- `width`: how wide',
        'Returns: the door',
        'Throws: `Stuck` when it is stuck',
        'Constructor.',
      ].join('\n\n'),
    );
  });

  it('keeps examples as fenced code, also those that nobody has fenced', () => {
    expect(comment('@example', '```ts', '@decorated()', 'open()', '```').doc).toBe(
      'Example:\n\n```ts\n@decorated()\nopen()\n```',
    );
    expect(comment('@example <caption>Ajar</caption>', 'open({', '  wide: false,', '})').doc).toBe(
      'Example: Ajar\n\n```ts\nopen({\n  wide: false,\n})\n```',
    );
  });

  it('says why something is deprecated, or that nobody says why', () => {
    expect(comment('@deprecated Use {@link close}', 'instead.').deprecated).toBe('Use `close` instead.');
    expect(docOf('/** @deprecated */')).toEqual({ doc: '', deprecated: 'no reason is given' });
    expect(comment('Not @deprecated at all.').deprecated).toBeUndefined();
  });

  it('turns links into Markdown, outside of code', () => {
    expect(comment('See {@link https://door.example doors}, {@link Door | the door} and `{@link kept}`.').doc).toBe(
      'See [doors](https://door.example), the door and `{@link kept}`.',
    );
  });
});
