import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { filesBelow, fingerprint } from './lib/fingerprint.mjs';
import { withLock } from './lib/lock.mjs';
import { judges, manifest, root, workspaces } from './lib/project.mjs';
import { exitLike, run, seconds } from './lib/run.mjs';

const installStamp = join(root, 'node_modules', '.whetstone-install');
const buildStamp = join(root, 'node_modules', '.whetstone-build');

const manifests = ['package.json', ...workspaces.map((folder) => `${folder}/package.json`)];
const installInputs = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', ...manifests];
const buildInputs = [
  ...installInputs,
  'tsup.config.ts',
  'tsconfig.json',
  'mcp-server/tsconfig.types.json',
  'scripts/mcp-bundle',
  'cloud/dashboard/index.html',
  'cloud/dashboard/vite.config.ts',
  ...workspaces.map((folder) => `${folder}/src`),
];

/**
 * Makes a checkout ready with nothing but Node and npm on the machine, for tests with the judges. Costs a hash of the
 * sources when nothing changed, and may be called by any number of processes at once. What it does is told on `output`.
 */
export async function setUp({ build, withJudges = false, output = process.stdout }) {
  requireNode();
  const isReady = () => isInstalled(withJudges) && (!build || isBuilt());
  if (isReady()) return;
  const tellWaiting = (pid) =>
    output.write(`Waiting for the set-up that process ${pid} is running in this checkout …\n`);
  await withLock(
    join(root, '.cache', 'setup.lock'),
    async () => {
      if (!isInstalled(withJudges)) await install(withJudges, output);
      if (build && !isBuilt()) await buildAll(output);
    },
    tellWaiting,
  );
}

function requireNode() {
  const wanted = manifest.engines.node.replace('>=', '').split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > wanted[0] || (major === wanted[0] && minor >= wanted[1])) return;
  stop(
    `Whetstone needs Node.js ${wanted.join('.')} or newer; this is ${process.versions.node}. Install a current LTS.`,
  );
}

/** With judges, it is also installed for who does not need them. */
const isInstalled = (withJudges) =>
  readStamp(installStamp)?.inputs === fingerprint(installInputs) &&
  workspaces.every((folder) => (folder === judges && !withJudges) || hasModules(folder));

const hasModules = (folder) => existsSync(join(root, folder, 'node_modules'));

function isBuilt() {
  const stamp = readStamp(buildStamp);
  return (
    stamp?.inputs === fingerprint(buildInputs) &&
    stamp.outputs.length > 0 &&
    stamp.outputs.every((file) => existsSync(join(root, file)))
  );
}

async function install(withJudges, output) {
  const command = ['npx', '-y', manifest.packageManager, 'install', '--frozen-lockfile'];
  // Once there they are kept up to date: of those left out, the old versions would stay and pass for the new ones.
  if (!withJudges && !hasModules(judges)) command.push('--filter', `!./${judges}`);
  await step('Installing dependencies', command, output, quietInstall());
  writeStamp(installStamp, { inputs: fingerprint(installInputs) });
}

async function buildAll(output) {
  // Read first: a source that is edited during the build must count as changed.
  const inputs = fingerprint(buildInputs);
  await step('Building', manifest.scripts.build, output);
  const outputs = workspaces.flatMap((folder) => filesBelow(`${folder}/dist`));
  writeStamp(buildStamp, { inputs, outputs });
}

async function step(title, command, output, env) {
  const startedAt = performance.now();
  output.write(`${title} …`);
  const result = await run(command, { env });
  if (result.interrupted) exitLike({ signal: result.interrupted });
  if (result.code !== 0) {
    output.write(' failed\n\n');
    stop(`${result.output}\n${title} failed: ${[command].flat().join(' ')}`);
  }
  output.write(` ${seconds(startedAt)}\n`);
}

/** npm and pnpm write below the home directory; without one of our own their caches go into the checkout. */
function quietInstall() {
  const env = {
    npm_config_update_notifier: 'false',
    // A directory made by another pnpm or another store is replaced without asking: nobody may be there to answer.
    pnpm_config_confirm_modules_purge: 'false',
  };
  if (isWritable(homedir())) return env;
  const home = join(root, '.cache', 'home');
  mkdirSync(home, { recursive: true });
  return { ...env, HOME: home };
}

function isWritable(directory) {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function readStamp(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

const writeStamp = (path, stamp) => writeFileSync(path, JSON.stringify(stamp));

function stop(message) {
  console.error(message);
  process.exit(1);
}
