import { describe, expect, it } from 'vitest';
import { parseTaskFile } from '../../src/tasks/task-file.ts';
import { formatTaskFile } from '../../src/tasks/write-task-file.ts';

const least = `
schema = "1"
id = "a-task"
title = "Mend it"
difficulty = "easy"
language = "python"
type = "bugfix"

[repo]
git = "."
base_commit = "${'a'.repeat(40)}"

[tests]
command = "python3 -m unittest"
parser = "exit-code"

[provenance]
`;

const complaintOf = (source: string) => {
  try {
    parseTaskFile(source, 'task.toml');
    return 'taken';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('task.toml', () => {
  it('needs little and fills in the rest', () => {
    expect(parseTaskFile(least, 'task.toml')).toMatchObject({
      tags: [],
      env: { setup: [], network: false, env: { TZ: 'UTC', PYTHONHASHSEED: '0' } },
      tests: { fail_to_pass: [], retries: 0, quarantine: [] },
      limits: { wall_s: 1800 },
    });
  });

  it('is written as it is read, names of tests with quotes, line ends and other scripts included', () => {
    const file = parseTaskFile(least, 'task.toml');
    const tests = ['a "quoted" one', 'two\nlines', 'тест \\ \u007f', 'x'.repeat(120)];
    const full = {
      ...file,
      tests: {
        ...file.tests,
        fail_to_pass: tests,
        quarantine: [{ test: 'now and then', base: '0/5', gold: '3/5' }],
      },
    };
    expect(parseTaskFile(formatTaskFile(full), 'task.toml')).toEqual(full);
  });

  it.each([
    [
      'a member nobody knows',
      least.replace('language =', 'langauge ='),
      'task.toml:6: langauge: no field has this name',
    ],
    ['a value of the wrong type', least.replace('"easy"', '3'), 'task.toml:5: difficulty: '],
    ['a parser there is not', least.replace('"exit-code"', '"nose"'), 'task.toml:15: tests.parser: '],
    ['a short hash', least.replace('a'.repeat(40), 'abc'), 'task.toml:11: repo.base_commit: a whole commit hash'],
    [
      'a way out of the repository',
      least.replace('git = "."', 'git = "."\nsubdir = "a/../.."'),
      'task.toml:11: repo.subdir: ',
    ],
    ['an open bracket', least.replace('[tests]', '[tests'), 'task.toml:13: Invalid TOML'],
    [
      'a network',
      `${least}[env]\nnetwork = true\n`,
      'task.toml:19: env.network: tests of a task run without a network',
    ],
    [
      'a test named twice',
      least.replace('parser', 'pass_to_pass = ["a", "a"]\nparser'),
      'task.toml:15: tests.pass_to_pass: ',
    ],
    ['dependencies outside', `${least}[env]\ndeps = ["/etc"]\n`, 'task.toml:19: env.deps.0: must lie within'],
  ])('refuses %s, with its line', (_, source, complaint) => {
    expect(complaintOf(source)).toContain(complaint);
  });

  it('names the table that lacks a member', () => {
    expect(complaintOf(least.replace('command = "python3 -m unittest"\n', ''))).toContain(
      'task.toml:13: tests.command: ',
    );
  });
});
