import { agentFile, tasks } from './constructed.ts';
import type { World } from './world.ts';

const pathOf = (session: string, one: string) => `${session.replace('task-', '')}/${one}.py`;

/** Through the installed hooks, as Claude Code calls them around each write. */
export async function agentWrites({ project }: World) {
  const installed = await project.begin();
  if (installed?.code !== 0) throw new Error(`hooks install: ${installed?.stderr}`);
  project.git('remote', 'add', 'origin', 'https://git.example.com/acme/keeper.git');
  const paths: string[] = [];
  for (const { session, things } of tasks) {
    await project.claude('SessionStart', session);
    for (const thing of things) {
      const path = pathOf(session, thing.one);
      await project.agentWrites(path, agentFile(thing), session);
      paths.push(path);
    }
    await project.claude('Stop', session);
    project.git('add', '.');
    project.git('commit', '-qm', session);
  }
  const { hunks, coverage } = await project.report();
  const kept = hunks.filter(({ verdict }) => verdict === 'kept');
  return {
    paths,
    coverage,
    keptFiles: new Set(kept.map(({ file }) => file)).size,
    facts: [
      `hooks of Claude Code and git installed in a fresh repository (level full)`,
      `${paths.length} files over ${tasks.length} tasks, ${coverage['writes']} writes seen, ${coverage['missed']} missed`,
      `capture report: ${kept.length} hunks, all of them kept so far`,
    ],
    seenAt: [],
  };
}

export const fileOf = pathOf;
