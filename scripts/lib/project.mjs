import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const [packagesBlock = ''] =
  /^packages:\n(?:[ \t]+-.*\n)+/m.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')) ?? [];
/** Folders of the workspace's packages. Read by hand: nothing that parses YAML is installed yet. */
export const workspaces = [...packagesBlock.matchAll(/-\s+['"]?([^'"\s]+)/g)].map(([, folder]) => folder);

/** The package that only tests need, and the largest by far: what people run is set up without it. */
export const judges = 'judges';
