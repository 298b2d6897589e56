import { invalidField } from '@whetstone/shared/errors';
import { deliveredGuidance, guidanceText } from '@whetstone/shared/feedback';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { RunScope } from '../runs/run-scope.ts';
import type { Candidate, KnownRequest } from './bisect-row.ts';

export interface VersionSources {
  /** The commits from good to bad along first parents, both with them. Refuses a repository outside the server's folders. */
  commitsOf: (repo: string, good: string, bad: string) => Promise<{ hash: string; title: string }[]>;
  /** What a variant was in each version of its flag, the two given ones and those in between; not in which it did not exist. */
  variantValues: VariantValues;
}

type VariantValues = (
  tx: ProjectTx,
  wanted: { flag: string; variant: string; from: number; to: number },
) => Promise<{ version: number; value: unknown; change: string }[]>;

const mostCommits = 5_000;
const mostFlagVersions = 500;

/** The versions in their order, from the good end to the bad one. */
export async function candidatesOf(
  scope: RunScope,
  { over, subject }: KnownRequest,
  { commitsOf, variantValues }: VersionSources,
): Promise<Candidate[]> {
  switch (over.kind) {
    case 'commits': {
      const commits = await commitsOf(over.repo, over.good, over.bad);
      if (commits.length > mostCommits)
        throw invalidField(
          'over.good',
          `there are ${commits.length} commits up to the bad one, at most ${mostCommits} are taken`,
        );
      return commits.map(({ hash, title }) => ({ name: hash, title }));
    }
    case 'promptVersions': {
      const names = over.versions.map(({ version }) => version);
      const twice = names.find((name, index) => names.indexOf(name) !== index);
      if (twice !== undefined) throw invalidField('over.versions', `the version "${twice}" is there twice`);
      const texts = over.versions.map(({ guidance }) => guidance ?? textOf(subject));
      if (new Set(texts).size === 1) throw invalidField('over.versions', 'all versions have the same guidance');
      return over.versions.map(({ version, guidance }) => ({
        name: version,
        title: null,
        ...(guidance !== undefined && { guidance }),
      }));
    }
    case 'flagVersions': {
      const { flag, variant, good, bad } = over;
      if (bad <= good) throw invalidField('over.bad', 'is a later version than the good one');
      if (bad - good > mostFlagVersions)
        throw invalidField(
          'over.good',
          `there are ${bad - good} versions up to the bad one, at most ${mostFlagVersions} are taken`,
        );
      const versions = await scope.transaction((tx) => variantValues(tx, { flag, variant, from: good, to: bad }));
      const texts = versions.map(({ version, value, change }) => ({ version, change, text: textOfValue(value) }));
      // Where the value stayed the same nothing could be told apart.
      const changed = texts.filter(({ text }, index) => text !== texts[index - 1]?.text);
      if (changed.length < 2)
        throw invalidField(
          'over',
          `the variant "${variant}" of the flag "${flag}" has one value from version ${good} to ${bad}`,
        );
      return changed.map(({ version, text, change }) => ({ name: `v${version}`, title: change, guidance: text }));
    }
  }
}

const textOf = (subject: KnownRequest['subject']) => (subject.kind === 'model' ? subject.guidance : undefined);

/** As an agent is given it. Rules that have expired since were followed then. */
function textOfValue(value: unknown): string {
  const guidance = deliveredGuidance(value);
  if (guidance) return guidanceText(guidance, { nowMs: 0 }).text;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
