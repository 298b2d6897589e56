import type { FlagDefinition } from '../contract/flag-document.ts';
import { isRecord } from '../flags/reading.ts';
import { refuse, type Path } from './unsayable.ts';

type Told = Pick<FlagDefinition, 'description' | 'owner' | 'expiresAt' | 'tags'>;

/** flagd's metadata is flat: lists are texts separated by commas. */
export function metadataFrom({ description, owner, expiresAt, tags }: Told): Record<string, string> | undefined {
  const comma = tags?.findIndex((tag) => tag.includes(',')) ?? -1;
  if (comma >= 0) refuse(['tags', comma], 'a tag with a comma cannot be said in flagd');
  const metadata = {
    ...(description !== undefined && { description }),
    ...(owner !== undefined && { owner }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(tags?.length && { tags: tags.join(',') }),
  };
  return Object.keys(metadata).length > 0 ? metadata : undefined;
}

/** What of it has a place with us; anything else is refused. */
export function membersFromMetadata(metadata: unknown, path: Path): Told {
  if (metadata === undefined) return {};
  if (!isRecord(metadata)) return refuse(path, 'expected an object');
  const told: Told = {};
  for (const [name, value] of Object.entries(metadata)) {
    const at = [...path, name];
    if (name !== 'description' && name !== 'owner' && name !== 'expiresAt' && name !== 'tags') {
      refuse(at, 'of metadata, only description, owner, expiresAt and tags have a place here');
    }
    if (typeof value !== 'string') return refuse(at, 'expected text');
    if (name === 'tags') told.tags = value.split(',');
    else told[name] = value;
  }
  return told;
}
