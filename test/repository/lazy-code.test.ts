import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { lazyCode } from '../../scripts/mcp-bundle/lazy-code.ts';

/** Runs what becomes of the code; answers what it said and which built-in modules it loaded, in their order. */
function run(code: string): string[] {
  const said: string[] = [];
  const getBuiltinModule = (name: string) => {
    said.push(`loads ${name}`);
    return process.getBuiltinModule(name);
  };
  const program = new Script(`(function (say, process) {"use strict";${lazyCode(code)}\n})`).runInThisContext();
  (program as (say: (what: unknown) => void, process: object) => void)((what) => said.push(String(what)), {
    getBuiltinModule,
  });
  return said;
}

describe('built-in modules', () => {
  it('are loaded when one of their names is first used, and once', () => {
    const code = `
      import { join as together } from 'node:path';
      import os, { EOL } from 'node:os';
      import * as url from 'node:url';
      say('begun');
      say(together('a', 'b'));
      say([EOL, os.EOL].every((end) => end === '\\n'));
      const join = { together };
      say(join.together('c', 'd'));`;
    expect(run(code)).toEqual(['begun', 'loads node:path', 'a/b', 'loads node:os', 'true', 'c/d']);
  });

  it('can be constructed from', () => {
    expect(run(`import { EventEmitter } from 'node:events'; say(new EventEmitter().listenerCount('x'));`)).toEqual([
      'loads node:events',
      '0',
    ]);
  });

  it('are all that may stay outside the bundle', () => {
    expect(() => lazyCode(`import { z } from 'zod/v4';`)).toThrow('"zod/v4" is not in the bundle');
  });
});

describe('schemas', () => {
  const make = `const make = (name, ...parts) => { say('makes ' + name); return { name, parts }; };`;

  it('are made when first used, once, with what they are made of', () => {
    const code = `${make}
      var NameSchema = make('name');
      var PersonSchema = make('person', NameSchema);
      var table = { person: [PersonSchema, PersonSchema] };
      var OtherSchema = make('other');
      const read = (schema = PersonSchema) => schema.parts[0] === NameSchema;
      say('begun'); say(read()); say(read());`;
    expect(run(code)).toEqual(['begun', 'makes name', 'makes person', 'true', 'true']);
  });

  it('are made when first used in a module that is imported on demand', () => {
    const code = `${make}
      var NameSchema, greeting;
      var init = () => { NameSchema = make('name'); greeting = 'hello'; };
      init(); say(greeting); say(NameSchema.name);`;
    expect(run(code)).toEqual(['hello', 'makes name', 'name']);
  });

  it('are made one by one where one function makes them all, and keep their identity', () => {
    const names = Array.from({ length: 25 }, (_, i) => `Kind${i}Schema`);
    const code = `${make}
      function build() {
        ${names.map((name) => `const ${name}$1 = make('${name}');`).join('\n')}
        const PlainSchema = make('plain');
        return {
          ${names.map((name) => `${name}: ${name}$1,`).join('\n')}
          PlainSchema,
          UnionSchema: make('union', Kind1Schema$1),
        };
      }
      const s = build();
      const methods = { 'tools/list': s.Kind7Schema };
      say('begun');
      say(methods['tools/list'] === methods['tools/list']);
      say(s.UnionSchema === s.UnionSchema);
      say(s.PlainSchema.name);`;
    expect(run(code)).toEqual([
      'begun',
      'makes Kind7Schema',
      'true',
      'makes Kind1Schema',
      'makes union',
      'true',
      'makes plain',
      'plain',
    ]);
  });

  it('stop the build when they are not what they seem', () => {
    expect(() => lazyCode(`var ASchema = make(); function f(ASchema) {}`)).toThrow('"ASchema" is declared twice');
    expect(() => lazyCode(`var ASchema = make(); ASchema = make();`)).toThrow('"ASchema" changes its value');
    expect(() => lazyCode(`const http = () => import('node:http');`)).toThrow('cannot import()');
  });
});
