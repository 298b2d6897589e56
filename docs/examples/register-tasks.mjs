// Registers a folder of validated repository tasks as a data set of the project:
//   node register-tasks.mjs NAME FOLDER
// WHETSTONE_URL and WHETSTONE_API_KEY (role editor) say where. Bundles of git travel in base64, all other files as they are.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [name, folder] = process.argv.slice(2);
const { WHETSTONE_URL, WHETSTONE_API_KEY } = process.env;

const filesOf = (task) =>
  Object.fromEntries(
    readdirSync(join(folder, task)).map((file) => [
      file,
      readFileSync(join(folder, task, file)).toString(file.endsWith('.bundle') ? 'base64' : 'utf8'),
    ]),
  );
const tasks = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

const answer = await fetch(`${WHETSTONE_URL}/api/eval/datasets`, {
  method: 'POST',
  headers: { authorization: `Bearer ${WHETSTONE_API_KEY}`, 'content-type': 'application/json' },
  body: JSON.stringify({ name, tasks: Object.fromEntries(tasks.map((task) => [task.name, filesOf(task.name)])) }),
});
const dataset = await answer.json();
console.log(answer.ok ? `${dataset.name}: tasks ${dataset.problemCount}, sha256 ${dataset.sha256}` : dataset.detail);
process.exitCode = answer.ok ? 0 : 1;
