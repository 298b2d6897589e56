import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { tools } from '../mcp-server/src/tools/index.ts';
import { serverJsonOf } from './mcp-package/server-json.ts';
import { stageMcpb } from './mcp-package/stage-mcpb.ts';
import { stageNpm } from './mcp-package/stage-npm.ts';

// Packs what was built: the npm tarball, the MCP bundle and the entry for the MCP registry.
const root = resolve(import.meta.dirname, '..');
const packageDir = join(root, 'mcp-server');
const { values } = parseArgs({ options: { out: { type: 'string', default: join(packageDir, 'dist-package') } } });
const out = resolve(values.out);
const run = promisify(execFile);

const scratch = await mkdtemp(join(tmpdir(), 'whetstone-pack-'));
try {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });

  const npmStage = join(scratch, 'npm');
  const manifest = await stageNpm(packageDir, npmStage);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', out], { cwd: npmStage });
  const [packed] = JSON.parse(stdout) as [{ filename: string; size: number; unpackedSize: number }];

  const mcpbStage = join(scratch, 'mcpb');
  const mcpb = join(out, `${manifest.name}-${manifest.version}.mcpb`);
  const mcpbTool = join(root, 'node_modules', '.bin', 'mcpb');
  await stageMcpb(packageDir, mcpbStage, manifest, tools);
  await run(mcpbTool, ['validate', join(mcpbStage, 'manifest.json')]);
  await run(mcpbTool, ['pack', mcpbStage, mcpb]);

  const template = JSON.parse(await readFile(join(packageDir, 'server.json'), 'utf8')) as { packages: object[] };
  const serverJson = join(out, 'server.json');
  await writeFile(serverJson, `${JSON.stringify(serverJsonOf(template, manifest), undefined, 2)}\n`);

  const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1_000)} kB`;
  const place = (path: string) => relative(process.cwd(), path) || path;
  console.log(
    [
      `${place(join(out, packed.filename))}   ${kilobytes(packed.size)}, unpacked ${kilobytes(packed.unpackedSize)}`,
      `${place(mcpb)}   ${kilobytes((await stat(mcpb)).size)}`,
      place(serverJson),
    ].join('\n'),
  );
} finally {
  await rm(scratch, { recursive: true, force: true });
}
