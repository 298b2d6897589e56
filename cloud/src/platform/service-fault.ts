import { WhetstoneError } from '@whetstone/shared/errors';

/** A service outside did not do what it was asked. The text may be shown: it names the service and holds no key. */
export class ServiceFault extends WhetstoneError {
  override name = 'ServiceFault';
  /** Of the answer, if there was one. Not `status`: Pinecone's client tries again what has one from 500 on. */
  readonly httpStatus: number | undefined;

  constructor(message: string, httpStatus?: number) {
    super('unavailable', message);
    this.httpStatus = httpStatus;
  }

  /** It is there and took offence at this one request: another may do. */
  get isRefusal(): boolean {
    return this.httpStatus !== undefined && [400, 413, 422].includes(this.httpStatus);
  }
}
