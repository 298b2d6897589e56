export const hooksUsage = `whetstone-mcp hooks install [options]   ask, then note what agents write
whetstone-mcp hooks remove [options]    take every hook out again

  --client C       claude, cursor, git or all; else those found here
  --level L        what the server may be told: counts, patterns or full
  --project DIR    settings of that folder alone; else those of the user
  --yes            no question: you agree to what the question says

Exit code: 0 done, 1 something was refused, 2 wrong usage.`;

export const captureUsage = `whetstone-mcp capture report [--json]   what became of the lines agents wrote
whetstone-mcp capture drain             take in what hooks left, and tell
whetstone-mcp capture close             settle this working tree as it is now,
                                        as before it is deleted, and tell
whetstone-mcp capture pre --session ID --agent NAME FILE…
whetstone-mcp capture post --session ID --agent NAME FILE…
                                        around a write, by any program

  --json   {"hunks": [{"file", "startLine", "endLine", "verdict",
           "session", …}], "coverage", "level"}

Nothing is noted before \`whetstone-mcp hooks install\` was agreed to, or
WHETSTONE_CAPTURE is counts, patterns or full.

Exit code: 0 well, 1 not well, 2 wrong usage.`;

/** What a person agrees to. */
export const consentText = (directory: string) => `Whetstone would like to notice what you change in what agents write.

What is noted: around each write of an agent, the files that it names; at your
prompts, its stops and your commits, the files that agents have written.
Ignored, generated and .env files never are. Secrets and personal data are
taken out before anything is kept. All of it lies in
  ${directory}
which only you can read; the raw copies there live until the next drain.

What your Whetstone server is told:
  counts     how many lines were kept, edited, deleted. No text, no paths.
  patterns   also what was changed, without names, texts and numbers.
  full       also the changed lines themselves, redacted.

To stop: whetstone-mcp hooks remove, or WHETSTONE_CAPTURE=off.`;
