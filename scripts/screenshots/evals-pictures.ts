import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';

const checkout = resolve(import.meta.dirname, '../..');
const columns = 96;
/** Sample input: answers of which eight were weakened by hand. What the pictures say of them is what the run found. */
const samples = 'docs/examples/weakened-answers.jsonl';
const shownCommand = `whetstone-evals run --dataset starter --samples ${samples} --out runs/weakened`;

/** Pictures of a run of the starter set: what the terminal shows, and the report. */
export async function takeEvalsPictures(browser: Browser, folder: string) {
  const runs = mkdtempSync(join(tmpdir(), 'whetstone-pictures-'));
  const out = join(runs, 'weakened');
  try {
    // Once before, so that the references are known to pass and the picture is of the run alone.
    await runInTerminal(join(runs, 'first'));
    const frames = framesOf((await runInTerminal(out)).replaceAll(out, 'runs/weakened'));
    for (const theme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme: theme, viewport: { width: 1240, height: 1560 } });
      const complaints: string[] = [];
      page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(pathToFileURL(join(out, 'report.html')).href);
      // Open at a sample that did not pass: its answer and verdict are what one looks for.
      await page.getByRole('row', { name: 'python-csv-records' }).click();
      await page.keyboard.press('Home');
      await page.screenshot({ path: join(folder, `evals-report-${theme}.png`) });
      if (complaints.length > 0) throw new Error(`evals-report: ${complaints.join('\n')}`);
      await page.close();

      // A page of its own: the report's policy would forbid this one its style.
      const terminal = await browser.newPage({ colorScheme: theme });
      await terminal.setContent(terminalPage(frames));
      await terminal.locator('main').screenshot({ path: join(folder, `evals-terminal-${theme}.png`) });
      await terminal.close();
    }
  } finally {
    rmSync(runs, { recursive: true });
  }
}

/** All that a run writes to a terminal, as `script` of util-linux keeps it. */
async function runInTerminal(out: string): Promise<string> {
  const program = [process.execPath, join(checkout, 'evals/dist/whetstone-evals.js')];
  const args = ['run', '--dataset', 'starter', '--samples', samples, '--out', out];
  const command = `stty cols ${columns}; ${[...program, ...args].map((word) => `'${word}'`).join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => void (text += part));
  const code = await new Promise((ended) => child.once('close', ended));
  if (code !== 0) throw new Error(`the run for the pictures ended with ${String(code)}:\n${text}`);
  return text.replaceAll('\r\n', '\n');
}

/** What stood on the screen half through, and at the end: a line is drawn over from its last carriage return on. */
function framesOf(text: string): { during: string; end: string } {
  const drawn = [...text.matchAll(/\r[^\r\n]*?(\d+)\/(\d+)/g)];
  const halfway = drawn.find(([, done, total]) => Number(done) >= Number(total) / 2 && done !== total) ?? drawn.at(-1);
  if (!halfway) throw new Error('the run for the pictures drew no progress');
  const until = text.indexOf('\r', halfway.index + 1);
  return { during: screen(text.slice(0, until)), end: screen(text) };
}

const screen = (text: string) =>
  text
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\r') + 1).replaceAll('\u001B[K', ''))
    .join('\n')
    .trimEnd();

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function terminalPage({ during, end }: { during: string; end: string }): string {
  const pane = (title: string, text: string) =>
    `<h2>${title}</h2><pre><b>$ ${escaped(shownCommand)}</b>\n${escaped(text)}</pre>`;
  return `<!doctype html><meta charset="utf-8"><style>
    :root { color-scheme: light dark }
    body { margin: 0; background: light-dark(#fff, #121417); color: light-dark(#16191d, #e8eaed) }
    main { width: max-content; padding: 16px 24px 24px; background: inherit }
    h2 { font: 500 12px/16px system-ui, sans-serif; color: light-dark(#59616c, #a0a8b3); margin: 12px 0 6px }
    pre { margin: 0; padding: 14px 16px; width: ${columns}ch; border: 1px solid light-dark(#e1e4e8, #2c3138); border-radius: 6px;
      background: light-dark(#f7f8f9, #191c20); font: 14px/21px 'DejaVu Sans Mono', 'Liberation Mono', monospace; white-space: pre-wrap }
  </style><main>${pane('in the run', during)}${pane('at its end', end)}</main>`;
}
