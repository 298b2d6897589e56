import assert from 'node:assert/strict';
import { globMatch } from './reference.ts';

const yes = (pattern, ...paths) => {
  for (const path of paths) assert.equal(globMatch(pattern, path), true, `${pattern} should match ${path}`);
};
const no = (pattern, ...paths) => {
  for (const path of paths) assert.equal(globMatch(pattern, path), false, `${pattern} should not match ${path}`);
};

yes('a/b.ts', 'a/b.ts');
no('a/b.ts', 'a/bxts', 'A/b.ts', 'a/b.ts/c', 'x/a/b.ts');
yes('*.ts', 'a.ts', '.ts', '.hidden.ts');
no('*.ts', 'a/b.ts', 'a.tsx');
yes('a*c*e', 'ace', 'abcde', 'accee');
no('a*c*e', 'aec', 'a/c/e');
yes('?', 'x', '*');
no('?', '', 'xy', '/');
yes('src/**/*.ts', 'src/a.ts', 'src/x/a.ts', 'src/x/y/a.ts');
no('src/**/*.ts', 'a.ts', 'src.ts', 'lib/src/a.ts');
yes('**/b', 'b', 'a/b', 'a/c/b');
no('**/b', 'ab', 'a/bb', 'b/a');
yes('a/**', 'a', 'a/x', 'a/x/y');
no('a/**', 'ab', 'b/a');
yes('**', '', 'a', 'a/b');
yes('a/**/b/**/c', 'a/b/c', 'a/x/b/y/z/c', 'a/b/b/c/c');
no('a/**/b/**/c', 'a/c/b', 'a/b');
yes('a**b', 'ab', 'axxb');
no('a**b', 'a/b', 'ax/xb');
yes('a/**b', 'a/b', 'a/xb');
no('a/**b', 'a/x/b');
yes('\\*.ts', '*.ts');
no('\\*.ts', 'a.ts');
yes('a\\?', 'a?');
no('a\\?', 'ab');
yes('a\\\\b', 'a\\b');
yes('a\\', 'a\\');
yes('\\a', 'a');
yes('(a|b)+[c].$^{d}', '(a|b)+[c].$^{d}');
no('a.c', 'abc');
yes('', '');
no('', 'a');
yes('a/', 'a/');
no('a/', 'a');
yes('*', '');
yes('??', '😀');
no(`${'*a'.repeat(40)}b`, 'a'.repeat(4000));
no(`${'**/a/'.repeat(25)}b`, `${'a/'.repeat(400)}c`);
