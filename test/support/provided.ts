import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string | undefined;
  }
}

/** Address of a superuser on the run's throwaway server; undefined on a machine without PostgreSQL. */
export const postgresUrl = () => inject('postgresUrl');
