import type { WebhookEvent } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../platform/db/database.ts';

/** What other slices call: has every webhook of the project that wants the event told of it, when the transaction commits. */
export type TellWebhooks = (tx: ProjectTx, event: WebhookEvent, data: Record<string, unknown>) => Promise<void>;
