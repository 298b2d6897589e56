import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import type { Tell } from './story/step.ts';
import { tellStory } from './story/tell-story.ts';
import { openWorld } from './story/world.ts';

const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, transcript: { type: 'string' } },
});

const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'];
const paint = (format: Parameters<typeof styleText>[0], text: string) => (isColoured ? styleText(format, text) : text);

const foreword = [
  'The model is a stand-in: it answers by OpenAI’s protocol over HTTP and really reads what it is told. It follows a rule that stands in',
  'its prompt in nine of ten answers, and else is right in one of four, by a seed. Agent and person are scripts. All else is real: the',
  'built server on its embedded engines, hooks, outbox, git, the learning job, graded runs in a sandbox, flags, the MCP server.',
  'It does not prove that any real model follows rules, how often, or that this rule helps one.',
];

const lines: string[] = [];
function say(plain: string, coloured = plain) {
  lines.push(plain);
  process.stdout.write(`${isColoured ? coloured : plain}\n`);
}

const secondsSince = (fromMs: number) => `${((performance.now() - fromMs) / 1_000).toFixed(1)} s`;

async function main() {
  const startedMs = performance.now();
  for (const line of foreword) say(line, paint('dim', line));
  const world = await openWorld();
  let number = 0;
  const tell: Tell = async (title, work) => {
    const stepMs = performance.now();
    number += 1;
    say('');
    const evidence = await work(world);
    const took = secondsSince(stepMs);
    say(`${number}. ${title}  (${took})`, `${paint('bold', `${number}. ${title}`)}  ${paint('dim', took)}`);
    for (const fact of evidence.facts) say(`   ${fact}`);
    for (const path of evidence.seenAt) say(`   → ${world.link(path)}`, `   ${paint('cyan', `→ ${world.link(path)}`)}`);
    return evidence;
  };
  try {
    await tellStory(tell);
    say('');
    say(`The end, after ${secondsSince(startedMs)}.`);
    if (values.transcript !== undefined) writeTranscript(resolve(values.transcript), world.server.url);
    if (values.keep) await keepUntilAsked(world.server);
  } finally {
    await world.close();
  }
}

const marks = ['<!-- transcript -->', '<!-- end of transcript -->'] as const;

/** Between the marks of a page, or as a file of its own. Ports differ from run to run, so they are left out. */
function writeTranscript(file: string, url: string) {
  const text = `\`\`\`text\n${lines.join('\n').trim().replaceAll(url, 'http://127.0.0.1:8787')}\n\`\`\``;
  const page = contentOf(file);
  const [from, to] = marks.map((mark) => page.indexOf(mark)) as [number, number];
  const isPage = from >= 0 && to > from;
  const whole = isPage ? `${page.slice(0, from + marks[0].length)}\n\n${text}\n\n${page.slice(to)}` : `${text}\n`;
  writeFileSync(file, whole);
}

function contentOf(file: string) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function keepUntilAsked({ url, adminKey }: { url: string; adminKey: () => string }) {
  process.stdout.write(`\nLook around: ${url}\nkey: ${adminKey()}\nCtrl+C stops it and removes everything.\n`);
  // A promise alone keeps no process alive; the server's pipes do.
  await new Promise<void>((stopped) => {
    process.once('SIGINT', () => stopped());
    process.once('SIGTERM', () => stopped());
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
