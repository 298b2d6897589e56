import type { PortfolioCellView, PortfolioReport } from '../contract/portfolio/index.ts';
import { nextSolved, rateInterval, rateSd } from './beta.ts';
import { compileCells, kindOf, rowOf, type CompiledTable, type Kind } from './compiled.ts';
import { indexRescues } from './decide.ts';
import { estimateModels, type Estimate } from './estimate.ts';
import { applyFilters } from './filters.ts';
import { likenessOf, type Likeness } from './likeness.ts';
import { rescueOdds } from './rescue.ts';
import type { RoutingTable, TableCell } from './table.ts';
import { tieOf } from './tie.ts';

/** A routing table as people look at it: what its recommendations are made of, by the code that makes them. */
export interface TableView {
  cells: PortfolioCellView[];
  rescues: PortfolioReport['rescues'];
  /** What is expected of the best allowed model at such a task; undefined where no outcome speaks for any. */
  bestAt(likeness: Likeness): { mean: number; sd: number } | undefined;
}

/** Of cells and of rescues those with the most counts, so many of each. */
export function viewTable(table: RoutingTable, most: number): TableView {
  const compiled = compileCells(table);
  const allowed = (kind: Kind) => applyFilters(compiled, estimateModels(compiled, kind), {}, undefined).left;
  return {
    cells: mostCounted(
      table.cells.flatMap((cell) => viewCell(compiled, cell, allowed)),
      most,
    ),
    rescues: mostCounted(viewRescues(compiled), most),
    bestAt(likeness) {
      const known = allowed(kindOf(compiled, likeness)).filter(({ level }) => level !== 'none');
      const best = known.toSorted((a, b) => b.mean - a.mean)[0];
      return best && { mean: best.mean, sd: rateSd(best) };
    },
  };
}

const mostCounted = <T extends { n: number }>(views: T[], most: number) =>
  views.toSorted((a, b) => b.n - a.n).slice(0, most);

function viewCell(compiled: CompiledTable, cell: TableCell, allowed: (kind: Kind) => Estimate[]): PortfolioCellView[] {
  const row = compiled.own.get(rowOf(cell.level, cell.key));
  const likeness = likenessOf(cell);
  const kind = cell.level === 'global' ? { type: '', complexity: '', repo: '' } : kindOf(compiled, likeness);
  const estimates = estimateModels(compiled, kind);
  const left = allowed(kind);
  const tied = left.length === 0 ? [] : tieOf(left, compiled.table.settings.margin).tied.map(({ model }) => model);
  const { taskType = null, language = null, complexity = null, repoId = null } = likeness;
  return (row ?? []).flatMap((figures, model): PortfolioCellView[] => {
    if (!figures || figures.n <= 0) return [];
    const estimate = estimates[model]!;
    const { cost, time, n, solved } = figures;
    return [
      {
        level: cell.level,
        taskType,
        language,
        complexity,
        repoId,
        model: compiled.ids[model]!,
        n: Math.round(n),
        solved: Math.round(Math.min(solved, n)),
        rate: estimate.mean,
        interval: rateInterval(estimate),
        next10: nextSolved(estimate),
        pooledShare: estimate.pooledShare,
        costMedianUsd: cost?.median ?? null,
        costP90Usd: cost?.p90 ?? null,
        costPerSolvedUsd: cost && estimate.mean > 0 ? cost.mean / estimate.mean : null,
        timeMedianMs: time?.median ?? null,
        timeP90Ms: time?.p90 ?? null,
        tied: tied.includes(model),
      },
    ];
  });
}

/** After one model has failed; what is known after two is there for plans. */
function viewRescues(compiled: CompiledTable): PortfolioReport['rescues'] {
  const everywhere = estimateModels(compiled, { type: '', complexity: '', repo: '' });
  const odds = rescueOdds(indexRescues(compiled.rescues), everywhere);
  return compiled.rescues.flatMap(({ failed: [failed, ...others], model, n, solved }) =>
    failed === undefined || others.length > 0 || n <= 0
      ? []
      : {
          failed: compiled.ids[failed]!,
          rescuer: compiled.ids[model]!,
          n: Math.round(n),
          solved: Math.round(solved),
          rate: odds.solves(model, [failed], []),
        },
  );
}
