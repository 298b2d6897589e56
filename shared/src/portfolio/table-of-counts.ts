import type { CellCount, RescueCount } from './counts.ts';
import { figuresAcrossEpochs } from './epochs.ts';
import type { RoutingTable, TableCell } from './table.ts';

interface Counted {
  cells: Iterable<CellCount>;
  rescues: Iterable<RescueCount>;
}

/** What was counted as the cells and rescues of a table about these models. @param epochOf a model's current one. */
export function tableOfCounts(
  { cells, rescues }: Counted,
  models: readonly string[],
  epochOf: (model: string) => number,
): Pick<RoutingTable, 'cells' | 'evals' | 'rescues'> {
  const indexOf = new Map(models.map((model, index) => [model, index]));
  const counts = [...cells];
  const cellsOf = (origin: CellCount['origin']) =>
    tableCells(
      counts.filter((count) => count.origin === origin && indexOf.has(count.model)),
      indexOf,
      epochOf,
    );
  return {
    cells: cellsOf('work'),
    evals: cellsOf('run'),
    rescues: [...rescues].flatMap(({ failed, model, ...counted }) => {
      const [index, ...before] = [model, ...failed].map((each) => indexOf.get(each));
      if (index === undefined || !before.every((each) => each !== undefined)) return [];
      return { failed: before.toSorted((a, b) => a - b), model: index, ...counted };
    }),
  };
}

function tableCells(
  counts: readonly CellCount[],
  indexOf: ReadonlyMap<string, number>,
  epochOf: (model: string) => number,
): TableCell[] {
  const cells = new Map<string, Pick<TableCell, 'level' | 'key'> & { byModel: Map<string, CellCount[]> }>();
  for (const count of counts) {
    const { level, key, model } = count;
    const name = `${level} ${key}`;
    const cell = cells.get(name) ?? { level, key, byModel: new Map<string, CellCount[]>() };
    cells.set(name, cell);
    cell.byModel.set(model, [...(cell.byModel.get(model) ?? []), count]);
  }
  return [...cells.values()].flatMap(({ level, key, byModel }) => {
    const figures = [...byModel].flatMap(([model, ofModel]) => {
      const summed = figuresAcrossEpochs(ofModel, epochOf(model));
      return summed ? [{ model: indexOf.get(model)!, ...summed }] : [];
    });
    return figures.length === 0 ? [] : [{ level, key, figures }];
  });
}
