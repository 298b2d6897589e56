import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradeRepo } from '../../src/graders/grade-repo.ts';
import type { FunctionProblem, RepoProblem } from '../../src/problem.ts';
import { openExecutor, type Executor } from '../../src/sandbox/process/exec.ts';
import { commandSolver, type CommandSolverOptions } from '../../src/solvers/command.ts';
import { newFolder, sealedTask } from '../support/sealed-task.ts';
import { sumsRepository } from '../support/small-repository.ts';

const never = new AbortController().signal;
const fix = "sed -i 's/a - b/a + b/' sums.mjs";

describe('an agent’s command line as a subject', () => {
  let sandbox: Executor;
  let problem: RepoProblem;
  let hasty: RepoProblem;
  const repository = sumsRepository();
  beforeAll(async () => {
    sandbox = await openExecutor();
    problem = await sealedTask(repository, sandbox);
    hasty = await sealedTask(repository, sandbox, (file) => ({ ...file, limits: { ...file.limits, wall_s: 1.5 } }));
  });

  const solve = async (command: string, options: Partial<CommandSolverOptions> = {}, task = problem) =>
    await commandSolver({ command, ...options }).solve(task, 0, never);
  const patchOf = async (...args: Parameters<typeof solve>) => {
    const { answer } = await solve(...args);
    return answer.kind === 'patch' ? answer.text : answer;
  };

  describe.each([
    ['on the host', false],
    ['in a sandbox', true],
  ] as const)('%s', (_, jailed) => {
    const where = () => (jailed ? { sandbox } : {});

    it('works in a copy of the repository, and what it changed is graded', async () => {
      const { answer, solveMs, usage } = await solve(fix, where());
      expect(answer).toMatchObject({
        kind: 'patch',
        text: expect.stringContaining('+export const add = (a, b) => a + b;'),
      });
      expect(solveMs).toBeGreaterThan(0);
      expect(usage).toEqual({});
      expect(await gradeRepo(problem, answer, { sandbox })).toMatchObject({ resolution: 'resolved' });
      expect(readFileSync(join(repository.path, 'sums.mjs'), 'utf8')).toContain('a + b');
      expect(repository.git('status', '--porcelain')).toBe('');
    });

    it('is told what to do on stdin, in a file, and as one word of its command line', async () => {
      const command =
        'cat > a; cat "$WHETSTONE_INSTRUCTION_FILE" > b; printf "%s\\n" {{instruction}} > c; cmp a b && cmp b c && echo same';
      const { transcript } = await solve(command, where());
      expect(transcript?.response).toContain('same');
      expect(transcript?.request).toContain('# fix(sums): add adds');
    });

    it('says what it cost in a file; what it does not say is unknown, never 0', async () => {
      const cost = (json: string) => `${fix}; echo '${json}' > "$WHETSTONE_COST_FILE"`;
      expect((await solve(cost('{"costUsd": 0.25, "inputTokens": 7}'), where())).usage).toEqual({
        costUsd: 0.25,
        inputTokens: 7,
      });
      for (const json of ['{"costUsd": -1}', '{"inputTokens": 1e12}']) {
        const wrong = await solve(cost(json), where());
        expect(wrong.usage).toEqual({});
        expect(wrong.transcript?.response).toContain('its cost file is not understood');
      }
    });

    it('is ended with all it started when its time is up; what it had done counts', async () => {
      const beats = newFolder('beats');
      mkdirSync(beats, { recursive: true });
      const place = jailed ? '/work' : beats;
      const daemon = `setsid sh -c 'while :; do date +%s%N > ${place}/beat; sleep 0.02; done' & sleep 1000`;
      const { answer, transcript } = await solve(`${fix}; ${daemon}`, where(), hasty);
      expect(answer.kind).toBe('patch');
      expect(transcript?.response).toContain('[whetstone: it was ended after 1.5 s]');
      if (jailed) return;
      const before = readFileSync(join(beats, 'beat'), 'utf8');
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(readFileSync(join(beats, 'beat'), 'utf8')).toBe(before);
    });

    it('may fail: its changes count, its exit code is noted', async () => {
      const { answer, transcript } = await solve(`${fix}; exit 9`, where());
      expect(answer.kind).toBe('patch');
      expect(transcript?.response).toContain('[whetstone: it ended with exit code 9]');
    });

    it('brings new, binary and deleted files, and nothing that is git-ignored or its own repository', async () => {
      const command =
        "mkdir -p build nested src; echo x > build/out; printf '\\000\\001' > src/data.bin; echo new > 'src/a b.txt'; rm package.json; git init -q nested; echo y > nested/y; git -C nested add y; git -C nested -c user.name=a -c user.email=a@example.com commit -qm y; git -c user.name=a -c user.email=a@example.com commit -qam mine";
      const { answer } = await solve(command, where());
      const text = answer.kind === 'patch' ? answer.text : '';
      expect(text.match(/^diff --git .*/gm)).toEqual([
        'diff --git a/package.json b/package.json',
        'diff --git a/src/a b.txt b/src/a b.txt',
        'diff --git a/src/data.bin b/src/data.bin',
      ]);
      expect(text).toContain('GIT binary patch');
    });

    it('finds no later history to look the answer up in', async () => {
      const { transcript } = await solve('git log --oneline --all | wc -l; git cat-file -t ' + repository.fix, where());
      expect(transcript?.response).toMatch(/^1\n/);
      expect(transcript?.response).not.toContain('commit\n');
    });

    it('cannot have our git run what it planted in its repository', async () => {
      const planted = join(newFolder('planted'), 'planted');
      const command = `${fix}; git config core.fsmonitor 'touch ${planted}'; git config filter.evil.clean 'touch ${planted}; cat'; echo '* filter=evil' > .gitattributes; printf '#!/bin/sh\\ntouch ${planted}' > .git/hooks/post-index-change; chmod +x .git/hooks/post-index-change`;
      expect(await patchOf(command, where())).toContain('a + b');
      expect(existsSync(planted)).toBe(false);
    });

    it('has no answer when it changes nothing, or puts a link in the place of the repository', async () => {
      expect(await patchOf('true', where())).toEqual({ kind: 'none', reason: 'it changed nothing' });
      expect(await patchOf('exit 3', where())).toEqual({
        kind: 'none',
        reason: 'it changed nothing; it ended with exit code 3',
      });
      expect(await patchOf('cd ..; mv repo gone; ln -s /etc repo', where())).toMatchObject({ kind: 'none' });
    });

    it('is infrastructure when it cannot be started, or says that it cannot now', async () => {
      await expect(solve('no-such-agent --do', where())).rejects.toMatchObject({ code: 'unavailable' });
      await expect(solve('echo overloaded >&2; exit 75', where())).rejects.toThrow(/cannot now .* overloaded/);
    });
  });

  it('does not get its edits of tests graded', async () => {
    const { answer } = await solve(
      "echo \"import { test } from 'node:test'; test('adds', () => {});\" > test/sums.test.mjs",
    );
    expect(await gradeRepo(problem, answer, { sandbox })).toMatchObject({
      resolution: 'fail',
      detail: expect.stringContaining('put back, being protected: test/sums.test.mjs'),
    });
  });

  it('in a sandbox reaches neither the host’s files nor a network', async () => {
    const secret = join(newFolder('secret'), 'key');
    writeFileSync(secret, 'fake-secret');
    const { transcript } = await solve(`cat ${secret}; ls /sys/class/net 2>/dev/null; env | grep -c HOME=/tmp`, {
      sandbox,
    });
    expect(transcript?.response).not.toContain('fake-secret\n');
    expect(transcript?.response).toMatch(/^1\n/);
  });

  it('is called off with what it started', async () => {
    const off = new AbortController();
    const running = commandSolver({ command: 'sleep 1000' }).solve(problem, 0, off.signal);
    setTimeout(() => off.abort(new Error('called off')), 500);
    await expect(running).rejects.toThrow('called off');
  });

  it('has installed dependencies to work with, a copy that it may spoil on the host, read-only in a sandbox', async () => {
    const own = sumsRepository();
    own.write({
      'node_modules/.store/dep/index.js': 'export default 42;',
      'node_modules/.store/dep/package.json': '{"type":"module"}',
    });
    symlinkSync('.store/dep', join(own.path, 'node_modules/dep'));
    const task = await sealedTask(own, sandbox, (file) => ({ ...file, env: { ...file.env, deps: ['node_modules'] } }));
    const command = `node -e "import('dep').then((d) => console.log(d.default))"; echo spoilt > node_modules/dep/index.js; ${fix}`;
    for (const where of [{}, { sandbox }]) {
      const { transcript, answer } = await solve(command, where, task);
      expect(transcript?.response).toMatch(/^42\n/);
      expect(answer.kind === 'patch' && answer.text.match(/^diff --git .*/gm)).toEqual([
        'diff --git a/sums.mjs b/sums.mjs',
      ]);
    }
    expect(readFileSync(join(own.path, 'node_modules/dep/index.js'), 'utf8')).toBe('export default 42;');
  });

  it('answers functions on its stdout', async () => {
    const asked: FunctionProblem = {
      kind: 'function',
      id: 'f/1',
      prompt: 'Write twice(x).',
      tags: [],
      language: 'python',
      entryPoint: 'twice',
      calls: ['twice'],
      handles: [],
      setup: '',
      tests: '',
      reference: '',
      sameProcess: false,
    };
    const command = "grep -q 'Write twice' && printf 'Here:\\n```python\\ndef twice(x):\\n    return 2 * x\\n```\\n'";
    const { answer } = await commandSolver({ command }).solve(asked, 0, never);
    expect(answer).toEqual({ kind: 'program', text: expect.stringContaining('return 2 * x') });
    const { answer: nothing } = await commandSolver({ command: 'exit 4' }).solve(asked, 0, never);
    expect(nothing).toMatchObject({ kind: 'none', reason: expect.stringContaining('exit code 4') });
  });
});
