import type { Detector } from './detector.ts';
import { asyncDetectors } from './rows/asynchronous.ts';
import { branchDetectors } from './rows/branches.ts';
import { commentDetectors } from './rows/comments.ts';
import { errorDetectors } from './rows/errors.ts';
import { moduleDetectors } from './rows/modules.ts';
import { outputDetectors } from './rows/output.ts';
import { styleDetectors } from './rows/style.ts';
import { testDetectors } from './rows/testing.ts';
import { typeDetectors } from './rows/types.ts';
import { valueDetectors } from './rows/values.ts';

export const detectors: readonly Detector[] = [
  ...branchDetectors,
  ...errorDetectors,
  ...asyncDetectors,
  ...typeDetectors,
  ...styleDetectors,
  ...valueDetectors,
  ...outputDetectors,
  ...moduleDetectors,
  ...testDetectors,
  ...commentDetectors,
];

export const detectorOf = (id: string): Detector | undefined => detectors.find((detector) => detector.id === id);
