import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { randomFrom } from '../../bench/workload/random.ts';
import { captureProject } from '../support/capture-project.ts';
import { mcpServerFile } from '../support/mcp-process.ts';

const kills = 210;

/**
 * Each event is a session of its own: a write of which only the end is told counts as one that was missed, so that an event
 * which counts twice would show.
 */
it(`loses and doubles nothing in ${kills} kills of spoolers and drains`, { timeout: 300_000 }, async () => {
  const project = captureProject({ level: 'counts' });
  await project.begin();
  const random = randomFrom(11);
  project.write('a.ts', 'const a = 1;\n');
  const payload = (session: string) =>
    JSON.stringify({
      session_id: session,
      cwd: project.root,
      hook_event_name: 'PostToolUse',
      tool_name: 'Write',
      tool_input: { file_path: join(project.root, 'a.ts') },
    });

  async function killed(command: string, args: string[], input: string, afterMs: number) {
    const child = spawn(command, args, {
      env: project.env,
      cwd: project.root,
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const ended = new Promise<boolean>((done) => child.once('close', (code) => done(code === 0)));
    const timer = setTimeout(() => {
      try {
        // With what it has started: a copy must not finish what its spooler began.
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // It was quicker.
      }
    }, afterMs);
    const isWhole = await ended;
    clearTimeout(timer);
    return isWhole;
  }

  const accepted = new Set<string>();
  let torn = 0;
  let killedDrains = 0;
  const drainMs = await timed(() => project.whetstone(['capture', 'drain']));
  for (let round = 0; torn + killedDrains < kills; round++) {
    await project.hook('claude', JSON.parse(payload(`whole-${round}`)) as object);
    accepted.add(`whole-${round}`);
    if (!(await killed(project.spooler, ['claude'], payload(`cut-${round}`), random() * 12))) torn += 1;
    // What has its name was accepted, however its spooler ended.
    for (const name of project.spooled()) {
      const said = readFileSync(join(project.spool, name.replace(/-.*/, '.event')), 'utf8');
      const { session_id: session } = JSON.parse(said) as {
        session_id: string;
      };
      accepted.add(session);
    }
    const args = [mcpServerFile, 'capture', 'drain'];
    if (!(await killed(process.execPath, args, '', (0.2 + random()) * drainMs))) killedDrains += 1;
  }
  expect(await project.whetstone(['capture', 'drain'])).toMatchObject({ code: 0 });
  expect(project.spooled()).toEqual([]);

  const [unit = ''] = readdirSync(join(project.capture, 'units'));
  const sessions = sessionsIn(join(project.capture, 'units', unit));
  const lost = [...accepted].filter((session) => !sessions.has(session));
  const doubled = [...sessions].filter(([, missed]) => missed !== 1);
  console.info(
    `${torn} spoolers and ${killedDrains} drains killed, ${accepted.size} accepted, ${lost.length} lost, ${doubled.length} doubled`,
  );
  expect(lost).toEqual([]);
  expect(doubled).toEqual([]);
  // It has tried something.
  expect(torn).toBeGreaterThan(kills / 8);
  expect(killedDrains).toBeGreaterThan(kills / 8);
});

async function timed(run: () => Promise<unknown>) {
  const from = performance.now();
  await run();
  return performance.now() - from;
}

/** As the program itself would read them. */
function sessionsIn(unit: string): Map<string, number> {
  interface Known {
    id: string;
    missed: number;
  }
  const { journal, meta } = JSON.parse(readFileSync(join(unit, 'snapshot.json'), 'utf8')) as {
    journal: number;
    meta: { sessions: Record<string, Known> };
  };
  const found = new Map(Object.values(meta.sessions).map(({ id, missed }) => [id, missed]));
  const lines = readdirSync(unit).includes(`journal-${journal}.jsonl`)
    ? readFileSync(join(unit, `journal-${journal}.jsonl`), 'utf8')
        .split('\n')
        .filter(Boolean)
    : [];
  for (const line of lines) {
    const { session } = JSON.parse(line.slice(9)) as { session?: Known };
    if (session) found.set(session.id, session.missed);
  }
  return found;
}
