export { gapLine, type ComparedPatches, type FileChange } from './file-change.ts';
export { examplesText, tokensForTexts } from './examples.ts';
export { classify, type ChangedStretch, type Classified } from './hunks.ts';
export { languageOf, type ComparedLanguage } from './language.ts';
export {
  deliveredGuidance,
  guidanceFlag,
  guidanceText,
  type DeliveredGuidance,
  type DeliveredRule,
} from './guidance.ts';
export { tokensOf } from '../knowledge/token-estimate.ts';
export { editsBetween, linesOf } from './lines.ts';
export { sameButForForm, type FormVerdict } from './neutral.ts';
export { comparePatches } from './patches.ts';
export { readTokens } from './tokens.ts';
export { checkedPath } from './unified-diff.ts';
