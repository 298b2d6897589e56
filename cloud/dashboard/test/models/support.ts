import { PortfolioSettings, type PortfolioCellView } from '@whetstone/shared/contract';

export const cellOf = (model: string, more: Partial<PortfolioCellView> = {}): PortfolioCellView => ({
  level: 'global',
  taskType: null,
  language: null,
  complexity: null,
  repoId: null,
  model,
  n: 10,
  solved: 5,
  rate: 0.5,
  interval: [0.3, 0.7],
  next10: [3, 7],
  pooledShare: 0.5,
  costMedianUsd: 0.1,
  costP90Usd: 0.2,
  costPerSolvedUsd: 0.2,
  timeMedianMs: 1_000,
  timeP90Ms: 2_000,
  tied: false,
  ...more,
});

export const settingsOf = (more: Partial<PortfolioSettings> = {}): PortfolioSettings => ({
  ...PortfolioSettings.parse({}),
  ...more,
});
