import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startForgetfulCloud } from '../../mcp-server/test/support/forgetful-cloud.ts';
import { plantedSecrets } from '../../mcp-server/test/support/planted-secrets.ts';
import { captureProject, run, textBelow } from '../support/capture-project.ts';
import { initialize, mcpServerFile, startMcpServer } from '../support/mcp-process.ts';

const files = (hunks: { file: string }[]) => [...new Set(hunks.map(({ file }) => file))].sort();

describe('consent', () => {
  it('notes nothing before anybody agreed', async () => {
    const project = captureProject({ install: false });
    const asked = await project.whetstone(['hooks', 'install']);
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('add --yes if you do') });
    expect(asked.stdout).toContain('What your Whetstone server is told');
    expect(existsSync(project.capture)).toBe(false);
    expect(await project.whetstone(['capture', 'pre', '--session', 's', '--agent', 'a', 'README.md'])).toMatchObject({
      code: 0,
    });
    expect(existsSync(project.capture)).toBe(false);
    expect(await project.whetstone(['capture', 'report'])).toMatchObject({ code: 1 });
  });

  it('installs twice as once, keeps what others have set, and gives every file back to the byte', async () => {
    const project = captureProject();
    const settings = join(project.home, '.claude', 'settings.json');
    const theirs =
      '{\n   "model": "m",\n   "hooks": {"Stop": [ {"hooks": [{"type": "command", "command": "true"}]} ]}\n}';
    mkdirSync(join(project.home, '.claude'));
    writeFileSync(settings, theirs);
    const hook = join(project.root, '.git', 'hooks', 'post-commit');
    writeFileSync(hook, '#!/bin/sh\necho theirs >> "$(git rev-parse --git-dir)/ran"\n', { mode: 0o755 });
    const before = readFileSync(hook, 'utf8');

    expect(await project.begin()).toMatchObject({ code: 0 });
    const once = readFileSync(settings, 'utf8');
    expect(once).toContain('"Stop": [ {"hooks": [{"type": "command", "command": "true"}]}');
    expect(Object.keys((JSON.parse(once) as { hooks: object }).hooks).sort()).toEqual([
      'PostToolUse',
      'PreToolUse',
      'SessionStart',
      'Stop',
      'UserPromptSubmit',
    ]);
    await project.begin();
    expect(readFileSync(settings, 'utf8')).toBe(once);
    project.git('commit', '-q', '--allow-empty', '-m', 'both run');
    expect(readFileSync(join(project.root, '.git', 'ran'), 'utf8')).toBe('theirs\n');
    expect(project.spooled()).toHaveLength(1);

    expect(await project.whetstone(['hooks', 'remove'])).toMatchObject({ code: 0 });
    expect(readFileSync(settings, 'utf8')).toBe(theirs);
    expect(readFileSync(hook, 'utf8')).toBe(before);
    expect(readdirSync(join(project.root, '.git', 'hooks')).filter((name) => !name.endsWith('.sample'))).toEqual([
      'post-commit',
    ]);
    expect(existsSync(join(project.home, '.cursor'))).toBe(false);
    expect(existsSync(project.capture)).toBe(false);
    expect(project.git('status', '--porcelain')).toBe('');
  });

  it('refuses a settings file that is broken, by its name, and leaves it as it is', async () => {
    const project = captureProject();
    mkdirSync(join(project.home, '.claude'));
    const settings = join(project.home, '.claude', 'settings.json');
    writeFileSync(settings, '{"hooks": ');
    const seen = await project.whetstone(['hooks', 'install', '--yes', '--client', 'claude']);
    expect(seen).toMatchObject({ code: 1, stderr: expect.stringContaining(`${settings} is not JSON`) });
    expect(readFileSync(settings, 'utf8')).toBe('{"hooks": ');
  });

  it('lets the environment say no', async () => {
    const project = captureProject();
    await project.begin();
    await project.hook(
      'claude',
      { session_id: 's', cwd: project.root, hook_event_name: 'Stop' },
      { WHETSTONE_CAPTURE: 'off' },
    );
    expect(project.spooled()).toEqual([]);
  });
});

describe('the spooler', () => {
  it('says nothing and exits with 0, whatever it is given', async () => {
    const project = captureProject();
    await project.begin();
    for (const payload of [
      {},
      { hook_event_name: 'PostToolUse', tool_name: 'Write', cwd: '/nowhere', tool_input: { file_path: '/dev/zero' } },
    ]) {
      expect(await project.hook('claude', payload)).toEqual({ code: 0, stdout: '', stderr: '' });
    }
    expect(await project.agentWrites('a.ts', 'const a = 1;\n')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(statSync(project.spool).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(project.spool)) expect(statSync(join(project.spool, name)).mode & 0o777).toBe(0o600);
  });

  it('does not take a text for the name of the file', async () => {
    const project = captureProject();
    await project.begin();
    await project.agentWrites('a.ts', 'const text = \'"file_path":"/etc/passwd"\';\n');
    expect(textBelow(project.spool)).not.toContain('root:');
    expect(files((await project.report()).hunks)).toEqual(['a.ts']);
  });

  it('keeps two agents apart that write at once', async () => {
    const project = captureProject();
    await project.begin();
    const writes = Array.from({ length: 12 }, (_, n) =>
      project.agentWrites(`file-${n}.ts`, `export const n = ${n};\n`, `session-${n % 2}`),
    );
    await Promise.all(writes);
    const { hunks, coverage } = await project.report();
    expect(hunks).toHaveLength(12);
    for (const { file, session } of hunks) expect(session).toBe(`session-${Number(/\d+/.exec(file)![0]) % 2}`);
    expect(coverage).toMatchObject({ covered: 2, sessions: 2, writes: 12, missed: 0 });
  });

  it('takes large payloads as small ones, whatever stands first in them', async () => {
    const project = captureProject();
    await project.begin();
    const text = `const text = '"cwd":"/nowhere","file_path":"/etc/passwd"';\n${'// constructed "text"\n'.repeat(5_000)}`;
    await project.agentWrites('large.ts', text);
    expect(textBelow(project.spool)).not.toContain('root:');
    expect((await project.report()).hunks).toMatchObject([{ file: 'large.ts', verdict: 'kept', agentLines: 5_001 }]);
  });

  it('copies what commands change with blanks and umlauts in its name, staged or not', async () => {
    const project = captureProject();
    project.write('with blank.ts', 'const a = 1;\n');
    project.write('ü.ts', 'const a = 1;\n');
    project.git('add', '.');
    project.git('commit', '-qm', 'more');
    await project.begin();
    project.write('with blank.ts', 'const a = 1;\nconst mine = 1;\n');
    project.git('add', '.');
    await project.agentRuns(() => {
      project.write('with blank.ts', 'const a = 1;\nconst mine = 1;\nconst agents = 1;\n');
      project.write('ü.ts', 'const a = 1;\nconst agents = 1;\n');
      project.write('new/a file.ts', 'const agents = 1;\n');
    });
    const { hunks } = await project.report();
    const byFile = hunks.toSorted((a, b) => (a.file < b.file ? -1 : 1));
    expect(byFile.map(({ file, startLine, agentLines }) => [file, startLine, agentLines])).toEqual([
      ['new/a file.ts', 1, 1],
      ['with blank.ts', 3, 1],
      ['ü.ts', 2, 1],
    ]);
  });

  it('drops and counts a payload of 50 MB, and copies no more of such a file than tells that it is too large', async () => {
    const project = captureProject();
    await project.begin();
    const text = '// constructed line\n'.repeat(2_500_000);
    await project.agentWrites('huge.ts', text);
    expect(project.spooled()).toEqual([]);
    expect(await project.agentRuns(() => project.write('small.ts', 'const a = 1;\n'))).toMatchObject({ code: 0 });
    expect(textBelow(project.spool).length).toBeLessThan(3_000_000);
    const { hunks, dropped } = await project.report();
    expect(files(hunks)).toEqual(['small.ts']);
    expect(dropped).toBe(2);
  });

  it('drops and counts what a full spool has no room for', async () => {
    const project = captureProject();
    await project.begin();
    for (let n = 0; n < 2_000; n++) writeFileSync(join(project.spool, `${n}-1.claude`), '{}');
    await project.claude('Stop', 's');
    expect(project.spooled()).toHaveLength(2_000);
    expect((await project.report()).dropped).toBe(1);
  });
});

describe('what is noted', () => {
  it('is what an agent wrote by its tools, its shell and what a person made of it', async () => {
    const project = captureProject();
    await project.begin();
    await project.claude('SessionStart', 'session-1');
    await project.agentWrites('src/a.ts', 'export const a = 1;\n');
    project.git('add', '.');
    project.git('commit', '-qm', 'work');
    await project.agentRuns(() => {
      project.write('src/b c.ts', 'export const b = 2;\n');
      project.write('README.md', 'Changed by the shell.\n');
    });
    project.write('src/a.ts', 'export const a = 2;\n');
    const { hunks, coverage } = await project.report();
    const verdicts = Object.fromEntries(hunks.map(({ file, verdict }) => [file, verdict]));
    expect(verdicts).toEqual({ 'README.md': 'kept', 'src/a.ts': 'edited', 'src/b c.ts': 'kept' });
    expect(coverage).toMatchObject({ covered: 1, sessions: 1, missed: 0 });
  });

  it('is what a command changed that failed, of which Claude Code tells no end', async () => {
    const project = captureProject();
    await project.begin();
    await project.agentWrites('a.ts', 'const a = 1;\n');
    await project.whetstone(['capture', 'drain']);
    await project.claude('PreToolUse', 'session-1', 'Bash', { command: 'constructed' });
    project.write('a.ts', 'const a = 2;\n');
    await project.claude('Stop', 'session-1');
    const { hunks, coverage } = await project.report();
    expect(hunks).toMatchObject([
      { file: 'a.ts', verdict: 'kept' },
      { file: 'a.ts', verdict: 'agent_revision' },
    ]);
    expect(coverage).toMatchObject({ covered: 1, missed: 0 });
  });

  it('is what Cursor tells of its edits', async () => {
    const project = captureProject();
    await project.begin();
    project.write('a.ts', 'const a = 1;\nconst b = 3;\n');
    const common = {
      conversation_id: 'c-1',
      generation_id: 'g-1',
      workspace_roots: [project.root],
      cursor_version: '2.0.77',
    };
    const edits = [{ old_string: 'const b = 2;', new_string: 'const b = 3;' }];
    await project.hook('cursor', {
      ...common,
      hook_event_name: 'afterFileEdit',
      file_path: join(project.root, 'a.ts'),
      edits,
    });
    await project.hook('cursor', { ...common, hook_event_name: 'stop', status: 'completed' });
    const { hunks, coverage } = await project.report();
    expect(hunks).toMatchObject([{ file: 'a.ts', session: 'c-1', agent: 'cursor' }]);
    expect(coverage).toMatchObject({ covered: 1, writes: 1 });
  });

  it('is what any program tells around its writes', async () => {
    const project = captureProject({ install: false });
    const tell = (phase: string) =>
      project.whetstone(['capture', phase, '--session', 's', '--agent', 'own', 'a.py'], {
        WHETSTONE_CAPTURE: 'counts',
      });
    expect(await tell('pre')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    project.write('a.py', 'a = 1\n');
    expect(await tell('post')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const { stdout } = await project.whetstone(['capture', 'report', '--json'], { WHETSTONE_CAPTURE: 'counts' });
    expect(JSON.parse(stdout)).toMatchObject({ hunks: [{ file: 'a.py', agent: 'own', verdict: 'kept' }] });
  });

  it('is nothing outside the repository, ignored, generated, vendored, secret by name, binary, large or behind a link', async () => {
    const project = captureProject();
    await project.begin();
    project.write('.gitignore', 'ignored/\n');
    project.write('.gitattributes', 'made.ts linguist-generated\n');
    const outside = join(project.home, 'outside.ts');
    writeFileSync(outside, 'const outside = 1;\n');
    symlinkSync(project.home, join(project.root, 'way-out'));
    symlinkSync(outside, join(project.root, 'link.ts'));
    const refused = [
      '../home/outside.ts',
      'way-out/outside.ts',
      'link.ts',
      'ignored/a.ts',
      '.env.local',
      'made.ts',
      'node_modules/x/index.js',
      'pnpm-lock.yaml',
      'app.min.js',
      '.git/config-copy',
    ];
    for (const path of refused) await project.agentWrites(path, 'const outside = "planted-text";\n');
    await project.agentWrites('nul.ts', Buffer.from('a\0b planted-text'));
    await project.agentWrites('large.ts', '// planted-text\n'.repeat(70_000));
    await project.agentWrites('fine.ts', 'const a = 1;\n');
    const { hunks } = await project.report();
    expect(files(hunks)).toEqual(['fine.ts']);
    expect(textBelow(project.capture)).not.toContain('planted-text');
    const { refused: counts } = JSON.parse(readFileSync(join(project.capture, 'tally.json'), 'utf8')) as {
      refused: object;
    };
    for (const reason of [
      'outside',
      'symlink',
      'ignored',
      'environment',
      'generated',
      'vendored',
      'lockfile',
      'minified',
      'git',
      'binary',
      'large',
    ]) {
      expect(counts).toHaveProperty(reason);
    }
  });

  it('goes on beside files and sessions that are called as what every object has', async () => {
    const project = captureProject();
    await project.begin();
    for (const name of ['constructor', '__proto__', 'toString']) {
      await project.agentWrites(name, 'const odd = 1;\n');
      await project.agentRuns(() => project.write(name, 'const odd = 2;\n'));
      await project.agentWrites(`${name}.ts`, 'const fine = 1;\n', name);
    }
    const { hunks, coverage } = await project.report();
    expect(files(hunks)).toEqual(['__proto__.ts', 'constructor.ts', 'toString.ts']);
    expect(coverage).toMatchObject({ writes: 3 });
  });

  it('goes on without git, and with a detached HEAD', async () => {
    const plain = captureProject({ git: false });
    await plain.begin();
    await plain.agentWrites('notes.txt', 'one\n');
    expect((await plain.report()).hunks).toMatchObject([{ file: 'notes.txt', verdict: 'kept' }]);

    const project = captureProject();
    await project.begin();
    const bin = join(project.home, 'bin');
    mkdirSync(bin);
    for (const name of ['sh', 'tee', 'head', 'tar', 'find', 'grep', 'rm']) {
      symlinkSync(join(existsSync(`/usr/bin/${name}`) ? '/usr/bin' : '/bin', name), join(bin, name));
    }
    project.env['PATH'] = bin;
    await project.agentWrites('a.ts', 'const a = 1;\n');
    await project.agentRuns(() => project.write('a.ts', 'const a = 1;\nconst b = 1;\n'));
    expect((await project.report()).hunks).toMatchObject([{ file: 'a.ts', verdict: 'kept', agentLines: 2 }]);

    const detached = captureProject();
    await detached.begin();
    detached.git('checkout', '-q', '--detach');
    await detached.agentWrites('a.ts', 'const a = 1;\n');
    detached.git('add', '.');
    detached.git('commit', '-qm', 'detached');
    expect((await detached.report()).hunks).toMatchObject([{ file: 'a.ts', verdict: 'kept' }]);
  });

  it('does not break over a repository that is broken', async () => {
    const project = captureProject();
    await project.begin();
    await project.agentWrites('a.ts', 'const a = 1;\n');
    writeFileSync(join(project.root, '.git', 'HEAD'), 'garbage');
    writeFileSync(join(project.root, '.git', 'index'), 'garbage');
    await project.agentWrites('b.ts', 'const b = 1;\n');
    expect(files((await project.report()).hunks)).toEqual(['a.ts', 'b.ts']);
  });

  it('keeps its order when the clock jumps', async () => {
    const project = captureProject();
    await project.begin();
    await project.agentWrites('a.ts', 'const a = 1;\n');
    const future = new Date(Date.now() + 86_400_000);
    for (const name of project.spooled()) utimesSync(join(project.spool, name), future, future);
    await project.agentWrites('a.ts', 'const a = 2;\n');
    const { hunks } = await project.report();
    expect(hunks).toMatchObject([{ verdict: 'kept' }, { verdict: 'agent_revision', ageMs: expect.any(Number) }]);
    expect((hunks[1] as unknown as { ageMs: number }).ageMs).toBeLessThan(60_000);
  });
});

it('keeps 240 secrets of many types out of what it keeps and of what it tells', { timeout: 120_000 }, async () => {
  const cloud = await startForgetfulCloud(0);
  const project = captureProject({ url: cloud.url });
  await project.begin();
  const planted = plantedSecrets(240);
  for (let at = 0; at < planted.length; at += 24) {
    const text = planted
      .slice(at, at + 24)
      .map((one) => `${one.text}\n`)
      .join('');
    await project.agentWrites(`file-${at}.ts`, `one\ntwo\nthree\n${text}`);
    appendFileSync(join(project.root, `file-${at}.ts`), 'changed\n');
  }
  await project.agentRuns(() => project.write('shell.ts', planted.map((one) => `${one.text}\n`).join('')));
  project.git('add', '.');
  project.git('commit', '-qm', 'committed with all of them');
  for (let at = 0; at < planted.length; at += 24) {
    appendFileSync(join(project.root, `file-${at}.ts`), `${planted[at]!.text} of a person\n`);
    const lines = readFileSync(join(project.root, `file-${at}.ts`), 'utf8').split('\n');
    writeFileSync(join(project.root, `file-${at}.ts`), lines.slice(3).join('\n'));
  }
  project.git('stash', '-q');
  project.git('stash', 'pop', '-q');
  project.git('commit', '-qam', 'corrected');
  project.git('checkout', '-q', '-b', 'other', 'HEAD~2');
  project.git('checkout', '-q', 'main');
  const { hunks } = await project.report();
  expect(hunks.length).toBeGreaterThanOrEqual(10);
  await project.drainLater(1);
  await project.drainLater(7);
  while ((await project.whetstone(['outbox', 'drain'])).code !== 0);
  const told = [...cloud.applied.values()].join('');
  expect(told).toContain('"correctedPatch"');
  expect(told).toContain('[redacted:');
  const { stdout } = await project.whetstone(['capture', 'report', '--json']);
  const kept = textBelow(project.stateDir) + stdout + JSON.stringify([...cloud.applied.values()]);
  expect(new Set(planted.map(({ type }) => type)).size).toBeGreaterThanOrEqual(15);
  expect(planted.filter(({ secret }) => kept.includes(secret)).map(({ type }) => type)).toEqual([]);
  await cloud.stop();
});

it('an MCP server takes in what hooks leave while it lives', async () => {
  const project = captureProject();
  await project.begin();
  await project.agentWrites('a.ts', 'const a = 1;\n');
  const server = startMcpServer(project.env);
  server.send(initialize);
  server.send({ id: 2, method: 'tools/list', params: {} });
  await expect.poll(() => project.spooled().length, { timeout: 20_000 }).toBe(0);
  server.endInput();
  expect(await server.exited).toBe(0);
  expect((await project.report()).hunks).toMatchObject([{ file: 'a.ts' }]);
});

describe('what the server is told', () => {
  const bodies = (cloud: Awaited<ReturnType<typeof startForgetfulCloud>>) =>
    [...cloud.applied.values()].map((body) => JSON.parse(body) as Record<string, unknown>);

  async function corrected(level: 'counts' | 'patterns' | 'full', over: Record<string, string> = {}) {
    const cloud = await startForgetfulCloud(0.3);
    const project = captureProject({ level, url: cloud.url });
    await project.begin();
    project.git('remote', 'add', 'origin', 'https://user:word@git.example.com/acme/api.git');
    await project.agentWrites('src/price.ts', 'const priceOf = (order) => order.total * 7;\n');
    project.write('src/price.ts', 'const priceOf = (order) => order?.total * 8;\n');
    await project.drainLater(1, over);
    // Lines are counted a week after they were written. Twice: what was handed over once stays so.
    await project.drainLater(7, over);
    await project.drainLater(7, over);
    for (let left = 10; left > 0; left--) {
      if ((await project.whetstone(['outbox', 'drain'], over)).code === 0) break;
    }
    await cloud.stop();
    return { cloud, project };
  }

  it('is numbers alone at level counts', async () => {
    const { cloud } = await corrected('counts');
    const told = bodies(cloud);
    expect(told).toMatchObject([
      { items: [{ session: 'session-1', taskId: 'session-1', repoId: 'acme/api', agentLines: 1, covered: true }] },
    ]);
    expect(JSON.stringify(told)).not.toMatch(/price|src|user-1@example|word@/);
    expect(JSON.stringify(told)).toMatch(/"userId":"anon-/);
  });

  it('is code without names at level patterns', async () => {
    const { cloud } = await corrected('patterns');
    const told = bodies(cloud);
    expect(told).toHaveLength(2);
    expect(JSON.stringify(told)).not.toMatch(/price|order|total|src/);
    expect(told).toContainEqual(
      expect.objectContaining({
        correctedPatch: {
          files: [
            {
              path: '$FILE.ts',
              before: 'const $ID = ($ID) => $ID.$ID * 0;\n',
              after: 'const $ID = ($ID) => $ID?.$ID * 0;\n',
            },
          ],
        },
      }),
    );
  });

  it('is what was changed at level full, once', async () => {
    const { cloud } = await corrected('full');
    const told = bodies(cloud).filter((body) => 'correctedPatch' in body);
    expect(told).toMatchObject([
      {
        taskId: 'session-1',
        kind: 'edit',
        correctedPatch: { files: [{ path: 'src/price.ts', after: 'const priceOf = (order) => order?.total * 8;\n' }] },
        hunks: [{ file: 'src/price.ts', verdict: 'edited' }],
      },
    ]);
  });

  it('is told at once where nobody waits any longer, once, and what comes later is followed anew', async () => {
    const cloud = await startForgetfulCloud(0);
    const project = captureProject({ url: cloud.url });
    await project.begin();
    await project.agentWrites('a.ts', 'const a = 1;\nconst kept = 2;\n');
    project.write('a.ts', 'const a = 7;\nconst kept = 2;\n');
    expect(await project.whetstone(['capture', 'close'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('2 records handed to the outbox'),
    });
    expect(await project.whetstone(['capture', 'close'])).toMatchObject({
      stdout: expect.stringContaining('0 records'),
    });
    expect((await project.report()).hunks).toEqual([]);
    await project.agentWrites('a.ts', 'const a = 7;\nconst kept = 2;\nconst more = 3;\n');
    expect((await project.report()).hunks).toMatchObject([{ verdict: 'kept', agentLines: 1, startLine: 3 }]);
    await project.whetstone(['outbox', 'drain']);
    expect(bodies(cloud)).toHaveLength(2);
    expect(bodies(cloud)).toContainEqual(
      expect.objectContaining({ items: [expect.objectContaining({ lines: { edited: 1, kept: 1 }, agentLines: 2 })] }),
    );
    await cloud.stop();
  });

  it('waits for a cloud that is away for a week, and is told once', async () => {
    const before = await startForgetfulCloud(0);
    await before.stop();
    const project = captureProject({ url: before.url });
    await project.begin();
    await project.agentWrites('a.ts', 'const a = 1;\n');
    project.write('a.ts', 'const a = 7;\n');
    for (const days of [1, 2, 5, 8]) await project.drainLater(days);
    const cloud = await startForgetfulCloud(0, [], before.port);
    for (let n = 0; n < 2; n++) await project.whetstone(['outbox', 'drain']);
    await cloud.stop();
    expect(bodies(cloud)).toHaveLength(2);
    expect(bodies(cloud)).toContainEqual(expect.objectContaining({ kind: 'edit', taskId: 'session-1' }));
    expect(bodies(cloud)).toContainEqual(
      expect.objectContaining({ items: [expect.objectContaining({ agentLines: 1 })] }),
    );
  });

  it('is nothing for a person who asked not to be tracked', async () => {
    const { cloud } = await corrected('full', { DO_NOT_TRACK: '1' });
    expect(cloud.applied.size).toBe(0);
  });
});

// The limit on the size of a file stands for a full disk: the system takes the first part of a write and refuses the rest.
it('a full disk costs the event, which is counted, and never the agent', async () => {
  const project = captureProject();
  await project.begin();
  const input = JSON.stringify({
    session_id: 's',
    cwd: project.root,
    hook_event_name: 'PostToolUse',
    tool_name: 'Write',
    tool_input: { file_path: join(project.root, 'a.ts'), content: 'x'.repeat(100_000) },
  });
  const limited = (command: string, args: string[]) =>
    run('sh', ['-c', 'ulimit -f 40 && exec "$@"', 'sh', command, ...args], {
      env: project.env,
      cwd: project.root,
      input,
    });
  expect(await limited(project.spooler, ['claude'])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(project.spooled()).toEqual([]);

  await project.agentWrites('b.ts', `const b = 1;\n${'// constructed\n'.repeat(2_000)}`);
  const drained = await limited(process.execPath, [mcpServerFile, 'capture', 'drain']);
  expect(drained).toMatchObject({ code: 1, stderr: expect.stringContaining('EFBIG') });
  const { hunks, dropped } = await project.report();
  expect(files(hunks)).toEqual(['b.ts']);
  expect(dropped).toBe(1);
});

it('husky keeps its hooks, and a folder of hooks that is committed is left alone', async () => {
  const husky = captureProject();
  husky.write('.husky/_/.gitignore', '*\n');
  husky.write('.husky/_/post-commit', '#!/bin/sh\necho husky >> "$(git rev-parse --git-dir)/ran"\n');
  chmodSync(join(husky.root, '.husky/_/post-commit'), 0o755);
  husky.git('config', 'core.hooksPath', '.husky/_');
  expect(await husky.begin()).toMatchObject({ code: 0 });
  husky.git('commit', '-q', '--allow-empty', '-m', 'both run');
  expect(readFileSync(join(husky.root, '.git', 'ran'), 'utf8')).toBe('husky\n');
  expect(husky.spooled()).toHaveLength(1);

  const committed = captureProject();
  committed.write('.githooks/post-commit', '#!/bin/sh\n');
  committed.git('add', '.');
  committed.git('config', 'core.hooksPath', '.githooks');
  expect(await committed.begin()).toMatchObject({ code: 1, stderr: expect.stringContaining('.githooks is committed') });
  expect(committed.git('status', '--porcelain')).toBe('A  .githooks/post-commit\n');
});

it('linked working trees are apart, and what others merged is theirs', async () => {
  const project = captureProject();
  await project.begin();
  project.git('worktree', 'add', '-q', join(project.root, '..', 'linked'));
  await project.agentWrites('a.ts', 'const a = 1;\n');
  await project.agentWrites('../linked/b.ts', 'const b = 1;\n');
  expect(files((await project.report()).hunks)).toEqual(['a.ts']);
  const linked = await run(process.execPath, [mcpServerFile, 'capture', 'report', '--json'], {
    env: project.env,
    cwd: join(project.root, '..', 'linked'),
  });
  expect(files((JSON.parse(linked.stdout) as { hunks: { file: string }[] }).hunks)).toEqual(['b.ts']);
});
