import { mayActAs, type Flag, type Segment } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { useProject } from '../live/project.tsx';
import type { FieldError } from '@whetstone/shared/errors';
import { complaintsOf, unreadComplaints } from './model/complaints.ts';
import { documentOf, withoutRemarks, type FlagDocument } from './model/document.ts';
import type { EditorState } from './model/editor.ts';
import { attributesOf } from './model/preview.ts';
import { useSegments } from './use-segments.ts';

/** Why a key with this role changes nothing here; the whole form stays readable. */
export function useLock(what: string): string | undefined {
  const { me } = useProject();
  return mayActAs(me.key.role, 'editor')
    ? undefined
    : `Your key has the role ${me.key.role}: it may read ${what}, not change them. Sign in with an editor key to change this one.`;
}

/** What the fields of a draft need to know: what is wrong with it, and what else there is to name in it. */
export function useDraftForm({ document, base, unread }: EditorState, lockedBecause: string | undefined) {
  const { flags: live } = useProject();
  const segmentQuery = useSegments();
  const flags = useMemo(
    () => (live.state === 'ready' ? [...live.flags.values()].map(withoutRemarks) : noFlags),
    [live],
  );
  const segments = segmentQuery.query.state === 'ready' ? segmentQuery.query.data : noSegments;
  const ownKey = base?.key;
  const isTaken = ownKey === undefined && flags.some(({ key }) => key === document.key);
  const complaints = useMemo(
    () => [
      ...complaintsOf(document, base?.version),
      ...unreadComplaints(unread),
      ...(isTaken ? [taken(document)] : []),
    ],
    [document, base?.version, unread, isTaken],
  );
  const form = useMemo(
    () => ({
      complaints,
      lockedBecause,
      flags: new Map(
        flags.filter(({ key }) => key !== ownKey).map(({ key, variants }) => [key, Object.keys(variants)]),
      ),
      segments: segments.map(({ key }) => key),
      attributes: [...new Set([...firstClassNames, ...flags.flatMap((each) => attributesOf(documentOf(each)))])],
    }),
    [complaints, lockedBecause, flags, segments, ownKey],
  );
  return { form, flags, segments };
}

const taken = ({ key }: FlagDocument): FieldError => ({
  path: 'key',
  message: `there is a flag called ${key} already`,
});

export const toMend = (complaints: readonly unknown[]): string | undefined =>
  complaints.length === 0
    ? undefined
    : `${complaints.length === 1 ? 'One thing is' : `${complaints.length} things are`} to mend first`;

const noFlags: readonly Flag[] = [];
const noSegments: readonly Segment[] = [];
export const firstClassNames = [
  'userId',
  'repoId',
  'branch',
  'agent',
  'model',
  'taskType',
  'taskId',
  'orgId',
  'targetingKey',
];
