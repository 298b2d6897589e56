import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEvalsCli, type CliRun } from '../../../test/support/evals-cli.ts';
import type { BisectReport } from '../../src/bisect/commits/bisect-report.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import { configFromEnvironment } from '../../src/config.ts';
import { isRunning, processesBelow } from '../support/processes.ts';
import { smallRepository, type SmallRepository } from '../support/small-repository.ts';

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-bisect-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * Fails in about `rate` of ten runs, by a checksum over the place of the commit and the number of the run: flaky as a test
 * can be, and the same whenever it is asked again. It writes down when it begins and ends.
 */
const flaky = (log: string, hold: string) => `
echo "begin $WHETSTONE_BISECT_INDEX $WHETSTONE_BISECT_RUN" >> ${log}
limit=$(cat ${hold} 2>/dev/null || echo 100000)
while [ -e ${hold} ] && [ "$(grep -c end ${log})" -ge "$limit" ]; do sleep .02; done
echo "end $WHETSTONE_BISECT_INDEX $WHETSTONE_BISECT_RUN" >> ${log}
sum=$(echo "$WHETSTONE_BISECT_INDEX $WHETSTONE_BISECT_RUN" | cksum | cut -d' ' -f1)
test $((sum / 7 % 10)) -ge "$(cat src/rate)"`;

describe('bisecting a repository of 64 commits with a flaky regression', () => {
  const planted = 41;
  let repository: SmallRepository;
  const hashes: string[] = [];

  beforeAll(() => {
    repository = smallRepository();
    for (let step = 0; step <= 64; step++) {
      repository.write({ 'src/rate': step < planted ? '1\n' : '9\n', 'src/step.txt': `${step}\n` });
      hashes.push(repository.commit(`feat: step ${step}`));
    }
    // What a person has lying about, and a hook that would be noticed.
    repository.write({
      'src/step.txt': 'being edited',
      '.git/hooks/post-checkout': { script: `#!/bin/sh\ntouch ${join(scratch, 'hook-ran')}\n` },
    });
  }, 60_000);
  afterAll(() => rmSync(repository.path, { recursive: true, force: true }));

  const start = (name: string): CliRun & { log: string; hold: string; out: string } => {
    const [log, hold, out] = [join(scratch, `${name}.log`), join(scratch, `${name}.hold`), join(scratch, name)];
    const args = ['bisect', `--repo=${repository.path}`, `--good=${hashes[0]}`, '--bad=main', `--out=${out}`, '--json'];
    return { ...startEvalsCli([...args, `--command=${flaky(log, hold)}`, '--jobs=2'], {}), log, hold, out };
  };
  const linesOf = (log: string, word: string) =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => line.startsWith(word))
      : [];
  const ended = async ({ ended: end }: CliRun) => {
    const { code, stdout, stderr } = await end;
    return { code, stderr, report: (stdout ? JSON.parse(stdout) : undefined) as BisectReport };
  };
  /** What does not change when the same bisect is made again. */
  const essence = ({ answer, candidates, searchRuns, seedRuns }: BisectReport) => ({
    answer,
    candidates,
    searchRuns,
    seedRuns,
  });
  let undisturbed: BisectReport;

  it('finds the commit that brought it, and leaves the repository as it was', async () => {
    const before = repository.git('status', '--porcelain', '--branch');
    const { code, stderr, report } = await ended(start('whole'));
    expect(stderr).toContain('✗');
    expect(code).toBe(0);
    expect(report.answer).toMatchObject({ kind: 'commit', commit: hashes[planted] });
    expect(report.sentence).toContain(`(feat: step ${planted})`);
    expect(report.seedRuns).toBe(40);
    expect(report.searchRuns).toBeLessThanOrEqual(30);
    expect(readFileSync(join(scratch, 'whole/report.md'), 'utf8')).toContain('█');
    expect(repository.git('status', '--porcelain', '--branch')).toBe(before);
    expect(repository.git('worktree', 'list').split('\n')).toHaveLength(1);
    expect(existsSync(join(scratch, 'hook-ran'))).toBe(false);
    undisturbed = report;
  }, 120_000);

  it('interrupted and then killed in the middle it goes on as if nothing had been, and runs nothing twice', async () => {
    const patient = { timeout: 60_000, interval: 20 };
    writeFileSync(join(scratch, 'cut.hold'), '11');
    const first = start('cut');
    await vi.waitFor(() => expect(linesOf(first.log, 'begin').length).toBeGreaterThanOrEqual(13), patient);
    first.child.kill('SIGINT');
    const interrupted = await ended(first);
    expect(interrupted.code).toBe(3);
    expect(interrupted.stderr).toContain(`--out ${first.out} goes on from here`);

    writeFileSync(first.hold, '43');
    const second = start('cut');
    await vi.waitFor(() => {
      expect(linesOf(second.log, 'end')).toHaveLength(43);
      // The one that is held.
      expect(linesOf(second.log, 'begin').length).toBeGreaterThanOrEqual(46);
    }, patient);
    const orphans = processesBelow(second.child.pid!);
    second.child.kill('SIGKILL');
    await second.ended;
    for (const pid of orphans) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    rmSync(second.hold);

    const { code, report, stderr } = await ended(start('cut'));
    expect(stderr).toContain('going on after 43 runs');
    expect(code).toBe(0);
    expect(essence(report)).toEqual(essence(undisturbed));
    const ends = linesOf(second.log, 'end');
    expect(new Set(ends).size).toBe(ends.length);
    expect(ends).toHaveLength(report.searchRuns + report.seedRuns);
  }, 120_000);
});

describe('bisect', () => {
  let repository: SmallRepository;
  beforeAll(() => {
    repository = smallRepository();
  });
  afterAll(() => rmSync(repository.path, { recursive: true, force: true }));

  let folders = 0;
  /** Four runs at each end tell 0 from 4 of 4 failures. */
  const bisect = async (...args: string[]) => {
    const said = { out: [] as string[], err: [] as string[] };
    const out = join(scratch, `small-${(folders += 1)}`);
    const code = await runCommandLine(
      [
        'bisect',
        `--repo=${repository.path}`,
        '--seed-runs=4',
        ...(args.some((arg) => arg.startsWith('--out')) ? [] : [`--out=${out}`]),
        ...args,
      ],
      {
        terminal: {
          print: (text) => void said.out.push(text),
          complain: (text) => void said.err.push(text),
          write: () => undefined,
          isTty: false,
          columns: 100,
        },
        signal: new AbortController().signal,
        config: () => configFromEnvironment({ HOME: scratch }),
      },
    );
    return { code, out: said.out.join('\n'), err: said.err.join('\n'), folder: out };
  };
  const commit = (name: string, state: string) => {
    repository.write({ state, name });
    return repository.commit(name);
  };

  it('takes a merge for one step, named by first parents', async () => {
    const good = commit('base', 'good');
    repository.git('checkout', '--quiet', '-b', 'side');
    repository.write({ 'side.txt': '1' });
    repository.commit('on the side');
    repository.write({ state: 'bad' });
    repository.commit('breaks on the side');
    repository.git('checkout', '--quiet', 'main');
    repository.write({ 'main.txt': '1' });
    repository.commit('on main');
    repository.git('merge', '--quiet', '--no-ff', '-m', 'merge the side', 'side');
    const merge = repository.git('rev-parse', 'HEAD');
    repository.write({ 'main.txt': '2' });
    repository.commit('later');
    const { code, out } = await bisect(`--good=${good}`, '--bad=HEAD', '--command=grep good state', '--json');
    const report = JSON.parse(out) as BisectReport;
    expect(report.candidates.map(({ title }) => title)).toEqual(['base', 'on main', 'merge the side', 'later']);
    expect(report.answer).toMatchObject({ kind: 'commit', commit: merge });
    expect(code).toBe(0);
  });

  it('answers with a range where the commits in between cannot be tested, and with 1', async () => {
    const good = commit('sound', 'good');
    commit('does not build', 'broken');
    commit('does not build either', 'broken');
    commit('builds again', 'bad');
    commit('last', 'bad');
    const command = '--command=grep -q broken state && exit 125; grep good state';
    const { code, out } = await bisect(`--good=${good}`, '--bad=HEAD', command);
    expect(out).toContain('one of the 3 from');
    expect(out).toContain('cannot be tested');
    expect(code).toBe(1);
  });

  it('says so where nothing differs, refuses ends that lie the wrong way round and ends that cannot be tested', async () => {
    const good = commit('a', 'bad');
    commit('b', 'good');
    const ends = [`--good=${good}`, '--bad=HEAD'];
    expect(await bisect(...ends, '--command=true')).toMatchObject({
      code: 1,
      out: expect.stringContaining('No difference'),
    });
    expect(await bisect(...ends, '--command=false')).toMatchObject({ code: 1, out: expect.stringContaining('4 of 4') });
    expect(await bisect(...ends, '--command=grep good state')).toMatchObject({
      code: 2,
      out: expect.stringContaining('the wrong way round'),
    });
    expect(await bisect(...ends, '--command=exit 125')).toMatchObject({
      code: 2,
      err: expect.stringContaining('end cannot be tested'),
    });
  });

  it('stops at an exit code that says nothing about the commit, and takes one that is out of time for bad', async () => {
    const good = commit('quick', 'quick');
    commit('slow', 'slow');
    const ends = [`--good=${good}`, '--bad=HEAD'];
    expect(await bisect(...ends, '--command=kill -9 $$')).toMatchObject({ code: 3 });
    const { code, out } = await bisect(
      ...ends,
      '--timeout-ms=1500',
      '--jobs=8',
      '--command=grep -q quick state || sleep 60',
    );
    expect(out).toContain('with a chance of 100.0 %');
    expect(code).toBe(0);
  });

  it('refuses what it cannot work with, by name', async () => {
    const [head, before] = ['HEAD', 'HEAD~1'].map((name) => repository.git('rev-parse', name));
    const test = '--command=true';
    const said = async (...args: string[]) => await bisect(...args);
    expect(await said(`--good=${head}`, `--bad=${before}`, test)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is no ancestor of'),
    });
    expect(await said(`--good=${head}`, '--bad=HEAD', test)).toMatchObject({
      code: 2,
      err: expect.stringContaining('one commit'),
    });
    expect(await said('--good=nowhere', '--bad=HEAD', test)).toMatchObject({
      code: 2,
      err: expect.stringContaining('has no commit nowhere'),
    });
    expect(await said('--good=HEAD~1', '--bad=HEAD', test, '--confidence=2')).toMatchObject({ code: 2 });
    expect(await said('--good=HEAD~1', '--bad=HEAD', test, `--repo=${scratch}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('no git repository'),
    });
    const { folder } = await said('--good=HEAD~1', '--bad=HEAD', test);
    expect(await said('--good=HEAD~1', '--bad=HEAD', '--command=false', `--out=${folder}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('holds another bisect: command'),
    });
  });
});
