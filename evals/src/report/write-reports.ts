import { join } from 'node:path';
import type { Dataset } from '../problem.ts';
import type { RecordedRun } from '../run/read-run.ts';
import { writeWhole } from '../run/run-directory.ts';
import { reportPage } from './html/page.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { reportOf } from './report-of.ts';

/** Writes report.html, report.md and junit.xml into the directory of a run. */
export async function writeReports(run: RecordedRun, dataset: Pick<Dataset, 'problems'>): Promise<void> {
  const report = await reportOf(run, dataset);
  await writeWhole(join(run.directory, 'report.html'), reportPage(report));
  await writeWhole(join(run.directory, 'report.md'), markdownReport(report));
  await writeWhole(join(run.directory, 'junit.xml'), junitReport(report));
}
