import { WhetstoneError } from '@whetstone/shared/errors';

export const unknownRun = (runId: string) => new WhetstoneError('not_found', `this project has no run "${runId}"`);
