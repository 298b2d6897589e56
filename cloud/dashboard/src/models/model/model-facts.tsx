import type { PortfolioModels } from '@whetstone/shared/contract';
import { Fact, Facts } from '../../evals/facts.tsx';
import { Unknown } from '../../evals/rate-cell.tsx';
import { usdText } from '../../ui/figures.ts';
import { Time } from '../../ui/time.tsx';

type KnownModel = PortfolioModels['models'][number];

/** Whether it may be chosen, what it costs and who says so, and since when its outcomes count in full. */
export const ModelFacts = ({ model, nowMs }: { model: KnownModel; nowMs: number }) => (
  <Facts>
    <Fact name="May be chosen">
      {model.allowed ? 'yes' : <span class="text-warn">! no: the settings leave it out</span>}
    </Fact>
    <Fact name="Outcomes">
      {model.n === 0 ? (
        <Unknown why="None was recorded yet" />
      ) : (
        `${model.solved.toLocaleString('en')} of ${model.n.toLocaleString('en')} tries solved`
      )}
    </Fact>
    <Fact name="Price">
      {model.price === null ? (
        <>
          <Unknown why="Neither the settings nor the catalogue have it" />{' '}
          <span class="text-sm text-muted">not known: it is left out wherever a cost is capped</span>
        </>
      ) : (
        <>
          {priceText(model.price)}{' '}
          <span class="text-sm text-muted">
            {model.price.source === 'settings' ? 'from the settings of this project' : 'from the catalogue'}
          </span>
        </>
      )}
    </Fact>
    <Fact name="Context">
      {model.contextTokens === null ? (
        <Unknown why="Neither the settings nor the catalogue know how much it holds" />
      ) : (
        `${model.contextTokens.toLocaleString('en')} tokens`
      )}
    </Fact>
    <Fact name="Epoch">
      {model.epochSince === null && model.epochWhy === null ? 'the first: no change is known' : model.epoch}
      {model.epochSince !== null && (
        <>
          , since <Time at={model.epochSince} nowMs={nowMs} />
        </>
      )}
      {model.epochWhy !== null && `: ${model.epochWhy}`}
    </Fact>
  </Facts>
);

function priceText({ inputUsdPerMillion, outputUsdPerMillion, cacheUsdPerMillion }: NonNullable<KnownModel['price']>) {
  const cached = cacheUsdPerMillion === null ? '' : `, ${usdText(cacheUsdPerMillion)} cached`;
  return `${usdText(inputUsdPerMillion)} in, ${usdText(outputUsdPerMillion)} out${cached} per million tokens`;
}
