import type { ProjectTx } from '../../../../platform/db/database.ts';
import { detectorKey, linesKey } from '../repository.ts';
import { failurePatterns } from './failures.ts';
import { judged, talliesOf } from './figures.ts';
import { rankRepository, type PatternRow, type Touched } from './repository.ts';

/** What a detector says in words. */
export type DescribeDetector = (detector: string) => { title: string; guidance: string | null } | undefined;

/** Of what is labelled, the newest. */
const mostLabelled = 50_000;

/** Counts again what people changed of these kinds, and takes away what nothing is left of. */
export async function recount(tx: ProjectTx, touched: readonly Touched[], describe: DescribeDetector) {
  const counts = await rankRepository.ownCounts(tx, touched);
  const templates = new Map(
    (
      await rankRepository.templates(
        tx,
        counts.flatMap(({ kind, key }) => (kind === 'template' ? [key] : [])),
      )
    ).map((template) => [template.key, template]),
  );
  const placeOf = ({ kind, key }: Touched) =>
    kind === 'detector' ? detectorKey(key) : (templates.get(key)?.place ?? '');
  const keys = [...new Set([linesKey, ...counts.map(placeOf)])];
  const tallies = talliesOf(await rankRepository.tallies(tx, keys));
  const patterns = counts.map((count): PatternRow => {
    const { kind, key, language, taskType, support, files, own, models, repos, firstAt, lastAt } = count;
    const template = templates.get(key);
    const said = kind === 'detector' ? describe(key) : template && { title: template.title, guidance: template.rule };
    const figures = { support, files, own, place: placeOf(count), changed: own.changed, models, repos };
    return {
      kind,
      key,
      language,
      taskType,
      title: said?.title ?? key.replaceAll(/[-_]/g, ' '),
      template: kind === 'template' && template ? { before: template.before, after: template.after } : null,
      failure: null,
      guidance: said?.guidance ?? null,
      figures: judged({ kind, language, taskType: taskType === '' ? undefined : taskType, figures }, tallies, linesKey),
      firstAt,
      lastAt,
    };
  });
  await rankRepository.keepOnly(tx, touched, patterns);
  await rankRepository.put(tx, patterns);
}

export async function recountFailures(tx: ProjectTx) {
  const patterns = failurePatterns(await rankRepository.labelled(tx, mostLabelled)).map((pattern): PatternRow => ({
    kind: 'failure',
    language: '',
    template: null,
    guidance: null,
    ...pattern,
  }));
  await rankRepository.keepOnlyFailures(tx, patterns);
  await rankRepository.put(tx, patterns);
}

/** Judges all by what was left since; what was changed is as it was counted. */
export async function rejudgeAll(tx: ProjectTx) {
  const stored = await rankRepository.stored(tx);
  const keys = [...new Set([linesKey, ...stored.map(({ figures }) => figures.place)])];
  const tallies = talliesOf(await rankRepository.tallies(tx, keys));
  const changed = stored.flatMap(({ id, kind, language, taskType, figures: former }) => {
    const figures = judged(
      { kind, language, taskType: taskType === '' ? undefined : taskType, figures: former },
      tallies,
      linesKey,
    );
    const isSame =
      figures.survived === former.survived && figures.rank === former.rank && figures.baseRate === former.baseRate;
    return isSame ? [] : [{ id, figures }];
  });
  await rankRepository.rejudge(tx, changed);
}
