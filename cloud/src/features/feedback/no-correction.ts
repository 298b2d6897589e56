import { WhetstoneError } from '@whetstone/shared/errors';

export const noCorrection = (id: string) => new WhetstoneError('not_found', `no correction has the id ${id}`);
