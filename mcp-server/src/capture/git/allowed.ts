import type { Place, Refusal } from '../places.ts';
import { fieldsOf, runGit } from './run-git.ts';

/** Which of the files git leaves out, or calls generated or vendored; the repository says so itself. */
export async function refusedByGit({ root, git }: Place, paths: readonly string[]): Promise<Map<string, Refusal>> {
  const refused = new Map<string, Refusal>();
  if (!git || paths.length === 0) return refused;
  const input = paths.map((path) => `${path}\0`).join('');
  const [ignored, attributes] = await Promise.all([
    runGit(root, ['check-ignore', '-z', '--stdin'], input),
    runGit(root, ['check-attr', '-z', '--stdin', 'linguist-generated', 'linguist-vendored'], input),
  ]);
  for (const path of fieldsOf(ignored)) refused.set(path, 'ignored');
  const fields = fieldsOf(attributes);
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = '', name, value] = fields.slice(at, at + 3);
    if (value === 'set' || value === 'true') refused.set(path, name === 'linguist-vendored' ? 'vendored' : 'generated');
  }
  return refused;
}
