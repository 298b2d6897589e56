import { mayActAs, type Role } from '@whetstone/shared/contract';
import { useProject } from './project.tsx';

/** Why this person's key may not do what asks for this role; nothing when it may. Buttons carry it as their title. */
export function useRefusal(needed: Role): string | undefined {
  const { me, isConnected } = useProject();
  if (!isConnected) return 'The server does not answer at the moment';
  return mayActAs(me.key.role, needed) ? undefined : `Your key is a ${me.key.role} key; this needs the role ${needed}`;
}
