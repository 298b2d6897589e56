import { portfolioModels } from './models.ts';
import { recommendModel } from './recommend.ts';
import { recordOutcomes } from './record.ts';
import { portfolioReport } from './report.ts';

export const portfolio = { ...recordOutcomes, ...recommendModel, ...portfolioModels, ...portfolioReport };

export { Verify } from './common.ts';
export * from './models.ts';
export * from './recommend.ts';
export * from './record.ts';
export * from './report.ts';
