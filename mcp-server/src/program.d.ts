/** Made by scripts/mcp-bundle/program.ts. */
declare module '*?program' {
  /** A function, as source text. */
  export const text: string;
  /** Changes whenever the text does. */
  export const fingerprint: string;
}
