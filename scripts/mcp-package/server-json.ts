import type { Manifest } from './stage-npm.ts';

interface ServerJson {
  packages: object[];
  [other: string]: unknown;
}

/** The entry for the MCP registry, of this version. The registry compares its name with `mcpName` of the npm package. */
export const serverJsonOf = (template: ServerJson, { name, version, mcpName }: Manifest) => ({
  ...template,
  name: mcpName,
  version,
  packages: template.packages.map((entry) => ({ ...entry, identifier: name, version })),
});
