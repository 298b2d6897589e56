import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { captureProject, run } from '../support/capture-project.ts';
import { mcpServerFile } from '../support/mcp-process.ts';

type Project = ReturnType<typeof captureProject>;

const rules = `export function totalOf(order) {
  const lines = order.lines.filter((line) => line.count > 0);
  return lines.reduce((sum, line) => sum + line.price, 0);
}
`;
const taxes = `
export function taxOf(order) {
  return totalOf(order) * 0.2;
}
`;
const rows = ['kept', 'cosmetic', 'edited', 'deleted', 'rejected', 'mixed', 'agent_revision', 'unknown'] as const;
type Lines = Partial<Record<(typeof rows)[number] | 'rejected_before_write', number>>;

/** Lines of agents by verdict, blank ones left out of no count. */
async function linesOf(project: Project): Promise<Lines> {
  const { hunks } = await project.report();
  const lines: Lines = {};
  for (const { verdict, agentLines } of hunks) {
    lines[verdict as keyof Lines] = (lines[verdict as keyof Lines] ?? 0) + agentLines;
  }
  return lines;
}

const change = (project: Project, path: string, from: string, to: string) =>
  project.write(
    path,
    readFileSync(join(project.root, path), 'utf8').replace(from, () => to),
  );
const commit = (project: Project, message: string) => {
  project.git('add', '-A');
  project.git('commit', '-qm', message);
};
const asOther = (project: Project, ...args: string[]) =>
  project.git('-c', 'user.email=user-2@example.com', '-c', 'user.name=user-2', ...args);

/** An agent wrote four lines, which were committed. */
async function written(project: Project) {
  await project.agentWrites('src/order.js', rules);
  commit(project, 'agent');
}
const corrected = (project: Project) => change(project, 'src/order.js', 'line.price', 'line.price * line.count');

/** The same by somebody else, on another machine. */
function correctedElsewhere(project: Project) {
  project.git('clone', '-q', '.', '../theirs');
  change(project, '../theirs/src/order.js', 'line.price', 'line.price * line.count');
  asOther(project, '-C', '../theirs', 'commit', '-qam', 'theirs');
  return '../theirs';
}

const movedAlone = 'is moved without git';

/** Four lines, one of which a person corrected, and what should not change that. */
const corrections: [what: string, then: (project: Project) => void | Promise<void>][] = [
  ['is committed', (project) => commit(project, 'fix')],
  ['is amended', (project) => void project.git('commit', '-qa', '--amend', '--no-edit')],
  [
    'is squashed',
    (project) => {
      commit(project, 'fix');
      project.git('reset', '-q', '--soft', 'HEAD~2');
      commit(project, 'squashed');
    },
  ],
  [
    'is rebased',
    (project) => {
      commit(project, 'fix');
      project.git('checkout', '-q', '-b', 'base', 'HEAD~2');
      project.write('other.js', 'export const other = 1;\n');
      commit(project, 'base');
      project.git('checkout', '-q', 'main');
      project.git('rebase', '-q', 'base');
    },
  ],
  [
    'is picked to another branch',
    (project) => {
      commit(project, 'fix');
      project.git('checkout', '-q', '-b', 'other', 'HEAD~2');
      project.git('cherry-pick', 'main~1', 'main');
    },
  ],
  [
    'goes into the stash and out of it',
    (project) => {
      project.git('stash', '-q');
      project.git('stash', 'pop', '-q');
    },
  ],
  [
    'meets the commits of others by pull --rebase',
    (project) => {
      commit(project, 'fix');
      const origin = join(project.root, '..', 'origin');
      project.git('clone', '-q', '--bare', '.', origin);
      project.git('remote', 'add', 'origin', origin);
      project.git('checkout', '-q', '-b', 'theirs', 'HEAD~2');
      project.write('theirs.js', 'export const theirs = 1;\n');
      project.git('add', '.');
      asOther(project, 'commit', '-qm', 'theirs');
      project.git('push', '-q', '--force', 'origin', 'theirs:main');
      project.git('checkout', '-q', 'main');
      project.git('pull', '-q', '--rebase', 'origin', 'main');
    },
  ],
  [
    'is left for another branch and come back to',
    (project) => {
      commit(project, 'fix');
      project.git('checkout', '-q', '-b', 'away', 'HEAD~2');
      project.write('README.md', 'Constructed, too.\n');
      commit(project, 'away');
      project.git('checkout', '-q', 'main');
    },
  ],
  [
    'is merged with what others changed elsewhere',
    (project) => {
      commit(project, 'fix');
      project.git('checkout', '-q', '-b', 'theirs', 'HEAD~2');
      project.write('theirs.js', 'export const theirs = 1;\n');
      project.git('add', '.');
      asOther(project, 'commit', '-qm', 'theirs');
      project.git('checkout', '-q', 'main');
      project.git('merge', '-q', '--no-edit', 'theirs');
    },
  ],
  [
    'is renamed by git',
    (project) => {
      project.git('mv', 'src/order.js', 'src/orders.js');
      commit(project, 'renamed');
    },
  ],
  [movedAlone, (project) => renameSync(join(project.root, 'src/order.js'), join(project.root, 'order.js'))],
  ['stands with a detached HEAD', (project) => void project.git('checkout', '-q', '--detach')],
  [
    'gets other ends of lines',
    (project) =>
      project.write('src/order.js', readFileSync(join(project.root, 'src/order.js'), 'utf8').replaceAll('\n', '\r\n')),
  ],
  [
    'gets a byte order mark',
    (project) => project.write('src/order.js', `\uFEFF${readFileSync(join(project.root, 'src/order.js'), 'utf8')}`),
  ],
];

for (const isDrainedBetween of [true, false]) {
  const when = isDrainedBetween ? 'seen before' : 'seen only afterwards';
  for (const [what, then] of corrections) {
    it(`a correction stays one when it ${what}, ${when}`, async () => {
      const project = captureProject();
      await project.begin();
      await written(project);
      corrected(project);
      if (isDrainedBetween) await linesOf(project);
      await then(project);
      // Changed and moved between two looks, a line is like none that was there.
      const verdict = what === movedAlone && !isDrainedBetween ? 'deleted' : 'edited';
      expect(onlyLiving(await linesOf(project))).toEqual({ kept: 3, [verdict]: 1 });
    });
  }
}

const onlyLiving = ({ cosmetic = 0, kept = 0, ...lines }: Lines): Lines => ({ ...lines, kept: kept + cosmetic });

const scenarios: [what: string, play: (project: Project) => Promise<void>, expected: Lines][] = [
  [
    'Prettier before a commit reforms and corrects nothing',
    async (project) => {
      const prettier = join(process.cwd(), 'node_modules/.bin/prettier');
      const hook = `#!/bin/sh\n"${prettier}" --log-level silent --write src/order.js && git add src/order.js\n`;
      project.write('.git/hooks/pre-commit', hook);
      execFileSync('chmod', ['+x', join(project.root, '.git/hooks/pre-commit')]);
      await project.agentWrites('src/order.js', rules.replaceAll('  ', '\t').replaceAll(';\n', '\n'));
      commit(project, 'formatted');
    },
    { kept: 2, cosmetic: 2 },
  ],
  [
    'a formatter that the agent runs in its shell writes for the agent',
    async (project) => {
      await project.agentWrites('src/order.js', rules);
      await project.agentRuns(() => change(project, 'src/order.js', 'line.price', 'line.price ?? 0'));
    },
    { kept: 4, agent_revision: 1 },
  ],
  [
    'an agent that writes its own line anew revises',
    async (project) => {
      await written(project);
      await project.agentWrites('src/order.js', rules.replace('line.price', 'line.cost'));
    },
    { kept: 4, agent_revision: 1 },
  ],
  [
    'what a person types before the next write of the agent is the person’s',
    async (project) => {
      await written(project);
      corrected(project);
      await project.agentWrites('src/order.js', readFileSync(join(project.root, 'src/order.js'), 'utf8') + taxes);
    },
    { kept: 7, edited: 1 },
  ],
  [
    'a line that a person and then the agent changed is of both',
    async (project) => {
      await written(project);
      corrected(project);
      await project.agentWrites('src/order.js', rules.replace('line.price', 'line.cost * line.count'));
    },
    { kept: 4, mixed: 1 },
  ],
  [
    'deleted lines leave a place without lines',
    async (project) => {
      await project.agentWrites('src/order.js', rules + taxes);
      change(project, 'src/order.js', taxes, '');
    },
    { kept: 4, deleted: 4 },
  ],
  [
    'what is taken back to what was before is rejected',
    async (project) => {
      project.write('src/order.js', rules);
      commit(project, 'before');
      await project.agentWrites('src/order.js', rules.replace('line.price', 'line.cost'));
      await project.claude('Stop', 'session-1');
      project.git('checkout', '-q', '--', 'src/order.js');
    },
    { rejected: 1 },
  ],
  [
    'a write that was denied is rejected before it is one',
    async (project) => {
      await written(project);
      const input = {
        file_path: join(project.root, 'src/order.js'),
        old_string: 'line.price',
        new_string: 'line.cost',
      };
      await project.claude('PreToolUse', 'session-1', 'Edit', input);
      await project.claude('UserPromptSubmit', 'session-1');
    },
    { kept: 4, rejected_before_write: 1 },
  ],
  [
    'work that is reset away waits a day for its return',
    async (project) => {
      await written(project);
      await linesOf(project);
      project.git('reset', '-q', '--hard', 'HEAD~1');
    },
    { unknown: 4 },
  ],
  [
    'a commit that is dropped waits a day for its return',
    async (project) => {
      await project.agentWrites('src/tax.js', taxes);
      commit(project, 'dropped');
      project.write('other.js', 'export const other = 1;\n');
      commit(project, 'stays');
      await linesOf(project);
      project.git('rebase', '-q', '--onto', 'HEAD~2', 'HEAD~1');
    },
    { unknown: 4 },
  ],
  [
    'what others changed in lines of the agent is not the person’s',
    async (project) => {
      await written(project);
      await linesOf(project);
      const theirs = correctedElsewhere(project);
      project.git('pull', '-q', theirs, 'main');
    },
    { kept: 3, unknown: 1 },
  ],
  [
    'what the agent pulls in its shell is neither its own nor a person’s',
    async (project) => {
      await written(project);
      const theirs = correctedElsewhere(project);
      await project.agentRuns(() => void project.git('pull', '-q', theirs, 'main'));
    },
    { kept: 3, unknown: 1 },
  ],
  [
    'lines that are split off into another file keep whose they are',
    async (project) => {
      await project.agentWrites('src/order.js', rules + taxes);
      commit(project, 'agent');
      change(project, 'src/order.js', taxes, '');
      project.write('src/tax.js', taxes);
    },
    { kept: 8 },
  ],
  [
    'text beyond ASCII is text',
    async (project) => {
      await project.agentWrites('src/größe.js', "export const größe = '日本語 🎉 ﷽';\nexport const e = 'é';\n");
      change(project, 'src/größe.js', '🎉', '🎊');
    },
    { kept: 1, edited: 1 },
  ],
  [
    'a large file is followed',
    async (project) => {
      const large = Array.from({ length: 20_000 }, (_, n) => `export const value${n} = ${n} * ${n} + 12345;`).join(
        '\n',
      );
      await project.agentWrites('large.js', `${large}\n`);
      change(project, 'large.js', 'value777 = 777 * 777', 'value777 = 778 * 778');
    },
    { kept: 19_999, edited: 1 },
  ],
  [
    'a hook that was killed costs the write that it stood before',
    async (project) => {
      await written(project);
      const input = { file_path: join(project.root, 'src/order.js'), content: '' };
      project.write('src/order.js', rules.replace('line.price', 'line.cost'));
      await project.claude('PostToolUse', 'session-1', 'Write', input);
    },
    { kept: 3, unknown: 1 },
  ],
  [
    'two agents have each their own lines',
    async (project) => {
      await project.agentWrites('src/order.js', rules, 'session-1');
      await project.agentWrites('src/order.js', rules + taxes, 'session-2');
      corrected(project);
    },
    { kept: 7, edited: 1 },
  ],
];

for (const [what, play, expected] of scenarios) {
  it(what, { timeout: 60_000 }, async () => {
    const project = captureProject();
    await project.begin();
    await play(project);
    expect(await linesOf(project)).toEqual(expected);
  });
}

it('deleted lines are told by a place that ends before it begins', async () => {
  const project = captureProject();
  await project.begin();
  await project.agentWrites('src/order.js', rules + taxes);
  change(project, 'src/order.js', taxes, '');
  const { hunks } = await project.report();
  const deleted = hunks.find(({ verdict }) => verdict === 'deleted');
  expect(deleted).toMatchObject({ file: 'src/order.js', startLine: 5, endLine: 4, session: 'session-1' });
});

it.runIf(existsSync('/usr/bin/black'))('black on save reforms and corrects nothing', async () => {
  const project = captureProject();
  await project.begin();
  await project.agentWrites('order.py', "def total_of( order ):\n  return sum( [line['price'] for line in order] )\n");
  execFileSync('/usr/bin/black', ['-q', 'order.py'], { cwd: project.root });
  expect(await linesOf(project)).toEqual({ cosmetic: 2 });
});

it('Cursor’s edit and command are the agent’s, what is typed afterwards the person’s', async () => {
  const project = captureProject();
  await project.begin();
  const common = {
    conversation_id: 'c-1',
    generation_id: 'g-1',
    workspace_roots: [project.root],
    cursor_version: '2.0.77',
  };
  const cursor = (event: string, more: object = {}) =>
    project.hook('cursor', { ...common, hook_event_name: event, ...more });
  project.write('src/order.js', rules);
  await cursor('afterFileEdit', {
    file_path: join(project.root, 'src/order.js'),
    edits: [{ old_string: '', new_string: rules }],
  });
  await cursor('beforeShellExecution', { command: 'constructed', cwd: project.root });
  change(project, 'src/order.js', 'line.count > 0', 'line.count >= 1');
  await cursor('afterShellExecution', { command: 'constructed', output: '', duration: 5 });
  await cursor('stop', { status: 'completed' });
  corrected(project);
  expect(await linesOf(project)).toEqual({ kept: 3, edited: 1, agent_revision: 1 });
});

it('a program that tells by the command is told what became of its lines', async () => {
  const project = captureProject();
  await project.begin();
  const tell = (phase: string) =>
    project.whetstone(['capture', phase, '--session', 'run-1', '--agent', 'own', 'src/order.js', 'src/tax.js']);
  await tell('pre');
  project.write('src/order.js', rules);
  project.write('src/tax.js', taxes);
  await tell('post');
  corrected(project);
  rmSync(join(project.root, 'src/tax.js'));
  const { hunks } = await project.report();
  expect(hunks).toContainEqual(
    expect.objectContaining({ file: 'src/order.js', startLine: 3, endLine: 3, verdict: 'edited', session: 'run-1' }),
  );
  expect(hunks).toContainEqual(expect.objectContaining({ file: 'src/tax.js', verdict: 'deleted', session: 'run-1' }));
});

it('a submodule and a linked working tree are followed apart', async () => {
  const project = captureProject();
  await project.begin();
  const library = captureProject();
  project.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', library.root, 'library');
  commit(project, 'submodule');
  project.git('worktree', 'add', '-q', join(project.root, '..', 'linked'));
  for (const folder of ['.', 'library', '../linked']) await project.agentWrites(`${folder}/order.js`, rules);
  change(project, 'library/order.js', 'line.price', 'line.cost');
  for (const [folder, edited] of [
    ['.', 0],
    ['library', 1],
    ['../linked', 0],
  ] as const) {
    const { stdout } = await run(process.execPath, [mcpServerFile, 'capture', 'report', '--json'], {
      env: project.env,
      cwd: join(project.root, folder),
    });
    const { hunks } = JSON.parse(stdout) as Awaited<ReturnType<Project['report']>>;
    expect(new Set(hunks.map(({ file }) => file))).toEqual(new Set(['order.js']));
    expect(hunks.filter(({ verdict }) => verdict === 'edited')).toHaveLength(edited);
  }
});
