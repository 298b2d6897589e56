import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/program.ts';
import { configFromEnvironment } from '../../src/config.ts';
import { newFolder } from '../support/sealed-task.ts';
import { buggy, sumsRepository } from '../support/small-repository.ts';

async function run(args: readonly string[], signal = new AbortController().signal) {
  const [printed, complained]: [string[], string[]] = [[], []];
  const code = await runCommandLine(args, {
    terminal: {
      print: (text) => void printed.push(text),
      write: () => undefined,
      complain: (text) => void complained.push(text),
      isTty: false,
      columns: 80,
    },
    signal,
    config: () => configFromEnvironment({}),
  });
  return { code, printed: printed.join('\n'), complained: complained.join('\n') };
}

describe('whetstone-evals task', () => {
  it('makes a task and validates it', async () => {
    const repository = sumsRepository();
    const out = newFolder('tasks');
    const made = await run(['task', 'new', '--from-commit', repository.fix, '--repo', repository.path, '--out', out]);
    const folder = join(out, `fix-sums-add-adds-${repository.fix.slice(0, 7)}`);
    expect(made).toMatchObject({ code: 0, printed: folder });
    expect(made.complained).toContain(`then run: whetstone-evals task validate ${folder}`);

    const validated = await run(['task', 'validate', out, '--runs', '2']);
    expect(validated.printed).toBe(
      `fix-sums-add-adds-${repository.fix.slice(0, 7)}: validated 2x2: 2 to mend, 2 to keep`,
    );
    expect(validated.code).toBe(0);
    expect(validated.complained).toContain('instruction.md is still the draft');
    expect(validated.complained).toContain('gold 2/2 in ');

    const again = await run(['task', 'new', '--from-commit', repository.fix, '--repo', repository.path, '--out', out]);
    expect(again).toMatchObject({
      code: 2,
      complained: expect.stringContaining('exists: remove it, or choose another'),
    });
  });

  it('ends with 1 and the log when a task does not validate', async () => {
    const repository = sumsRepository();
    repository.write({
      'sums.mjs': buggy,
      'test/more.test.mjs':
        "import { add } from '../sums.mjs';\nif (add(1, 1) !== 2) throw new Error('still wrong');\n",
    });
    const commit = repository.commit('fix: not at all');
    const out = newFolder('tasks');
    await run(['task', 'new', '--from-commit', commit, '--repo', repository.path, '--out', out, '--id', 'not-at-all']);
    const { code, printed } = await run(['task', 'validate', join(out, 'not-at-all'), '--runs', '1']);
    expect(code).toBe(1);
    expect(printed).toMatch(/^not-at-all: does not validate: no test fails 1\/1 times .*\n  \$ node --test/);
  });

  it('ends with 2 for what is mistyped, having made nothing', async () => {
    const out = newFolder('tasks');
    expect(await run(['task', 'new', '--out', out])).toMatchObject({ code: 2 });
    expect(await run(['task', 'new', '--from-commit', 'HEAD', '--parser', 'nose', '--out', out])).toMatchObject({
      code: 2,
    });
    expect(await run(['task', 'new', '--from-commit', 'HEAD', '--repo', out, '--out', join(out, 'x')])).toMatchObject({
      code: 2,
    });
    expect(await run(['task', 'validate', out])).toMatchObject({
      code: 2,
      complained: expect.stringContaining('no task'),
    });
    expect(await run(['task', 'validate', out, '--runs', '0'])).toMatchObject({ code: 2 });
    expect(existsSync(join(out, 'x'))).toBe(false);
  });

  it('ends with 3 when it is called off', async () => {
    const repository = sumsRepository();
    const out = newFolder('tasks');
    await run([
      'task',
      'new',
      '--from-commit',
      repository.fix,
      '--repo',
      repository.path,
      '--out',
      out,
      '--command',
      'sleep 100',
    ]);
    const off = new AbortController();
    setTimeout(() => off.abort(new Error('called off')), 1500);
    expect(await run(['task', 'validate', out], off.signal)).toMatchObject({
      code: 3,
      complained: expect.stringContaining('stopped: '),
    });
  });
});
