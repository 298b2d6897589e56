import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { thirdPartyNotices } from './notices.ts';
import { copyPrograms, type Manifest } from './stage-npm.ts';

interface Listed {
  name: string;
  description: string;
}

/** Lays out an MCP bundle: its manifest, of this version and with the tools that are really there, and the server. */
export async function stageMcpb(packageDir: string, stage: string, { version }: Manifest, tools: readonly Listed[]) {
  await mkdir(join(stage, 'server'), { recursive: true });
  await copyPrograms(join(packageDir, 'dist'), join(stage, 'server'), (file) => file !== 'cloud-client.js');
  // Without a manifest of its own, Node would read the file as CommonJS.
  await writeFile(join(stage, 'server', 'package.json'), `${JSON.stringify({ type: 'module', private: true })}\n`);
  await copyFile(join(packageDir, 'LICENSE'), join(stage, 'LICENSE'));
  await writeFile(join(stage, 'THIRD-PARTY-NOTICES'), thirdPartyNotices(packageDir));
  const template = JSON.parse(await readFile(join(packageDir, 'mcpb', 'manifest.json'), 'utf8')) as object;
  const listed = tools.map(({ name, description }) => ({ name, description }));
  await writeFile(
    join(stage, 'manifest.json'),
    `${JSON.stringify({ ...template, version, tools: listed }, undefined, 2)}\n`,
  );
}
