import type { Flag, Serve } from '@whetstone/shared/contract';

/** Whether answers of a flag may depend on what is kept of earlier ones. */
export function usesSticky({ rules, fallthrough, schedule = [] }: Pick<Flag, 'rules' | 'fallthrough' | 'schedule'>) {
  const serves = (set: { rules?: Flag['rules'] | undefined; fallthrough?: Serve | undefined }): Serve[] => [
    ...(set.rules ?? []).map(({ serve }) => serve),
    ...(set.fallthrough ? [set.fallthrough] : []),
  ];
  return [...serves({ rules, fallthrough }), ...schedule.flatMap(({ set }) => serves(set))].some(
    (serve) => 'split' in serve && serve.sticky !== undefined,
  );
}
