/** Where the server finds what runs need, and what it may use. */
export interface ExecutorConfig {
  /** Published data sets, folders of problems and files of samples; nothing outside it can be named. */
  datasetsDir: string;
  /** Git repositories that commands may be given; nothing outside them can be named. */
  reposDirs: readonly string[];
  /** May be deleted at any time. */
  cacheDir: string;
  openai: {
    apiKey?: string;
    baseUrl?: string;
    /** US dollars per million tokens, where the price table does not know the endpoint. */
    price?: { inputPerMillion: number; outputPerMillion: number };
  };
  e2b: { apiKey?: string; apiUrl?: string; domain?: string };
}
