import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inRepository, repositoryFiles } from '../support/repository-files.ts';

// Put together from pieces, so that this file does not break its own rules.
const rules = [
  {
    why: 'names no path of the machine it was written on',
    onOwnMachines: true,
    forbidden: new RegExp(`(^|[^\\w.])/(${['work', 'root', 'farm'].join('|')})/`),
    planted: ['see /', 'work/notes.md'],
  },
  {
    why: 'names no package registry: whoever installs brings their own',
    forbidden: new RegExp(`registry\\.(npmjs|yarnpkg|npmmirror)|${'tar'}ball:|\\bresolved "?https?:`),
    planted: ['https://registry', '.npmjs.org/zod'],
  },
  {
    why: 'says nothing of how it was written',
    forbidden: new RegExp([['helper', 'session'].join(' '), `(?:^|[\\s/'"])\\.${'library'}\\b`].join('|'), 'i'),
    planted: ['a helper', ' session wrote this'],
  },
];

// There `/root` and the working folder are those of a rented machine.
const rented = /^evals\/src\/(sandbox\/e2b|graders\/swe-bench)\//;

const lines = repositoryFiles()
  .filter((file) => !/\.(png|jpg|gif|ico|woff2|gz|tgz|wasm)$/.test(file))
  .flatMap((file) =>
    readFileSync(inRepository(file), 'utf8')
      .split('\n')
      .map((text, index) => ({ place: `${file}:${index + 1}`, text })),
  );

describe('the repository', () => {
  it.each(rules)('$why', ({ forbidden, onOwnMachines }) => {
    const read = onOwnMachines ? lines.filter(({ place }) => !rented.test(place)) : lines;
    expect(read.filter(({ text }) => forbidden.test(text)).map(({ place }) => place)).toEqual([]);
  });

  it.each(rules)('would notice a line that breaks: $why', ({ forbidden, planted }) => {
    expect(planted.join('')).toMatch(forbidden);
  });
});
