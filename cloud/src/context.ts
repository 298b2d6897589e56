import type { Role } from '@whetstone/shared/contract';
import type { ProjectTx } from './platform/db/database.ts';

export interface Actor {
  kind: 'key';
  id: string;
  name: string;
  role: Role;
  selector: string;
}

/** Who is asking, and for which tenant. One object per key, shared by all of its requests. */
export interface Ctx {
  organisationId: string;
  projectId: string;
  actor: Actor;
  /**
   * The one way of a service to its rows: a transaction confined to the project. A request that must be applied once has
   * joined its effects and its receipt into one, which is then handed out here.
   */
  transaction<T>(work: (tx: ProjectTx) => Promise<T>): Promise<T>;
}
