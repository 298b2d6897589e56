import { fileOf } from './agent-writes.ts';
import { correctedFile, rewordedFile, tasks } from './constructed.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

/** A person edits files in the way of editors: by writing them. Nobody calls a tool. */
export async function humanCorrects({ project, admin }: World) {
  let corrected = 0;
  let reworded = 0;
  for (const { session, things } of tasks) {
    // The last file of a task is left, or changed otherwise: what people leave is evidence too.
    for (const [place, thing] of things.entries()) {
      const path = fileOf(session, thing.one);
      if (place < 3) {
        project.write(path, correctedFile(thing));
        corrected++;
      } else if (session !== 'task-shop') {
        project.write(path, rewordedFile(thing));
        reworded++;
      }
    }
  }
  project.git('commit', '-qam', 'review');
  const { hunks } = await project.report();
  const verdicts = tally(hunks.map(({ verdict }) => verdict));
  const closed = await project.whetstone(['capture', 'close']);
  if (closed.code !== 0) throw new Error(`capture close: ${closed.stderr}`);
  await until('an empty outbox', async () => {
    const { code } = await project.whetstone(['outbox', 'drain']);
    return code === 0 ? code : undefined;
  });
  const items = await until('the corrections', async () => {
    const { items: arrived } = await admin.listFeedback({ limit: 100 });
    return arrived.length === corrected + reworded ? arrived : undefined;
  });
  for (const { id } of items) await admin.reviewFeedback({ id, status: 'accepted' });
  return {
    feedbackIds: items.map(({ id }) => id),
    corrected,
    reworded,
    verdicts,
    users: new Set(items.map(({ userId }) => userId)).size,
    repos: [...new Set(items.map(({ repoId }) => repoId))],
    facts: [
      `${corrected} files corrected in the editor, ${reworded} reworded, 1 left as it was; then committed`,
      `capture report: ${Object.entries(verdicts)
        .map(([verdict, count]) => `${count} ${verdict}`)
        .join(', ')}`,
      `capture close: ${closed.stdout.trim().replace('Closed: ', '')}`,
      `on the server by the outbox: ${items.length} corrections, of ${items[0]?.repoId}; the first is ${items.at(-1)!.id}`,
      `all ${items.length} accepted in the review`,
    ],
    seenAt: ['/feedback', `/feedback/${items.at(-1)!.id}`],
  };
}

function tally(words: readonly string[]) {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
