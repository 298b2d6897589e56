import { parse } from 'smol-toml';
import { isRecord, parseJson } from '../../json.ts';
import { demandIn, npmRange, type Demand } from './requirements.ts';
import { pythonName } from './python-lock.ts';

/** What package.json asks for, by name, where it is a version or a range. Throws for what is no JSON object. */
export function rangesInPackageJson(text: string): Map<string, string> {
  const manifest = parseJson(text);
  if (!isRecord(manifest)) throw new Error('it is no JSON object');
  const kinds = ['peerDependencies', 'optionalDependencies', 'devDependencies', 'dependencies'];
  const asked = kinds.flatMap((kind) => Object.entries(recordOf(manifest[kind])));
  return new Map(asked.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** `^19.0.0`, also behind `npm:name@` and `workspace:`; nothing of an address, a folder or a tag. */
export const plainRange = (range: string) => {
  const plain = range.replace(/^(?:npm:(?:@[^/@]+\/)?[^@]+@|workspace:)/, '');
  return /^[\^~<>=v\s]*\d/.test(plain) ? plain : undefined;
};

/** What pyproject.toml asks for, by name: PEP 621, dependency groups, and Poetry's own way. */
export function demandsInPyproject(text: string): Demand[] {
  const { project, tool, 'dependency-groups': groups } = parse(text);
  const { dependencies, 'optional-dependencies': extras } = recordOf(project);
  const lists = [dependencies, ...Object.values(recordOf(extras)), ...Object.values(recordOf(groups))].flat();
  const poetry = recordOf(recordOf(tool)['poetry']);
  const tables = [poetry, ...Object.values(recordOf(poetry['group'])).map(recordOf)];
  return [
    ...lists.filter((one) => typeof one === 'string').flatMap((one) => demandIn(one) ?? []),
    ...tables.flatMap((table) => Object.entries(recordOf(table['dependencies'])).map(ofPoetry)),
  ];
}

function ofPoetry([name, asked]: [string, unknown]): Demand {
  const version = isRecord(asked) ? asked['version'] : asked;
  return { name: pythonName(name), range: typeof version === 'string' ? npmRange(version) : undefined };
}

const recordOf = (value: unknown) => (isRecord(value) ? value : {});
