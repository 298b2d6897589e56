import type { FailureCategory, Triage } from '@whetstone/shared/contract';
import type { ReadCircumstances } from '../reading.ts';

/** What is said of each, the most telling first. */
const signs: [FailureCategory, RegExp[]][] = [
  [
    'context_overflow_from_listing',
    [
      /\b(?:context|token|prompt)s?\b.{0,30}\b(?:window|limit|length|full|exceed\w*|overflow\w*|long|budget)\b/i,
      /\b(?:out of|blew|filled?|used up|ate|exhausted|whole|entire)\b.{0,30}\b(?:context|tokens?)\b/i,
      /\b(?:exceed\w*|hit)\b.{0,20}\b(?:context|tokens?)\b/i,
    ],
  ],
  [
    'infinite_loop',
    [
      /\b(?:stuck in (?:a )?loop|loops?\b.{0,20}\bbetween|infinite(?:ly)? loop\w*|over and over|again and again|endless(?:ly)?\b(?!.*\b(?:read|view|open)))/i,
      /\b(?:same|identical)\b.{0,30}\b(?:\w+ times|over|again|until|repeatedly)\b/i,
      /\b(?:kept|keeps|keep)\b.{0,20}\b(?:repeating|retrying|trying|running|doing)\b/i,
      /\b(?:back and forth|never terminates?|retried forever|repeats? the same|in circles)\b/i,
    ],
  ],
  [
    'endless_file_reading',
    [
      /\b(?:read|reads|reading|viewing|opening|opened|viewed|browsing)\b.{0,60}\b(?:never|without|nothing|no (?:edit|result|change|output)|did not (?:change|write))\b/i,
      /\bfile after file\b|\bonly (?:read|looked)\b|\b(?:all|whole) (?:its|the) turns? (?:on )?(?:reading|viewing)\b/i,
      /\b(?:keeps?|kept)\b.{0,10}\b(?:reading|viewing|opening)\b|\bspent\b.{0,30}\b(?:reading|viewing|opening)\b/i,
      /\b(?:opening|reading|viewing) files\b|\bfiles read\b/i,
    ],
  ],
  [
    'tool_error',
    [
      /\b(?:tools?|mcp|bash|shell|terminal|apply_patch|str_replace|npm install|pip install)\b.{0,60}\b(?:fail\w*|error\w*|timed out|crash\w*|malformed|exited|invalid|twice|denied|broken?)\b/i,
      /\b(?:exit(?:ed with)? code|permission denied|command (?:timed out|not found|failed)|(?:edit|patch|write)\s+(?:\w+\s+)?(?:failed|did not apply))\b/i,
      /\binvalid arguments\b|\btool (?:call|error)\b|\b(?:string|text) (?:to replace )?(?:was )?not found\b/i,
    ],
  ],
  [
    'syntax_error',
    [
      /\b(?:syntax ?error|indentation ?error|unexpected (?:token|indent|end)|unterminated|merge (?:conflict )?markers?)\b/i,
      /\b(?:does|do|did|will|would) ?n[o']t (?:even )?(?:parse|compile)\b|\bnot (?:valid|parse)\b.{0,10}\b(?:json|any more)?\b/i,
      /\b(?:missing|forgot\w*|unbalanced|unclosed|extra|stray)\b.{0,20}\b(?:brac(?:e|ket)s?|paren\w*|semicolon|colon|quote|comma)\b/i,
      /\b(?:paren\w*|brac(?:e|ket))\b.{0,12}\bmissing\b|\binvalid (?:json|yaml|syntax)\b/i,
    ],
  ],
  [
    'identified_incorrect_file',
    [
      /\b(?:wrong|incorrect|other|another|right|old|different)\b.{0,10}\b(?:file|module|component|class|package|folder|directory|place)\b/i,
      /\b(?:belongs?|lives?|goes|is)\b.{0,6}\bin\b\s+[\w./-]+\.\w+|\bnot (?:here|in [\w./-]+\.\w+)\b/i,
      /\b(?:changed|edited|patched|touched|fixed)\b.{0,40}\binstead of the\b/i,
      /\bshould (?:be|have been) (?:fixed|changed|done|made) in\b/i,
    ],
  ],
  [
    'misunderstood_problem_statement',
    [
      /\bmis(?:read|understood|understands?|understanding|interpreted)\b|\b(?:did|does) ?n[o']t understand\b/i,
      /\b(?:not what|nobody|I|we|never)\b.{0,12}\b(?:asked|wanted|requested|said|ordered)\b/i,
      /\b(?:different|wrong|not the|other) (?:problem|task|question|requirement|ticket)\b|\bout of scope\b/i,
      /\bthe (?:ticket|request|issue|task) (?:was|is)\b.{0,10}\b(?:about|only|for)\b|\bonly\b.{0,30}\b(?:was meant|had to change|was asked)\b/i,
      /\b(?:as the|according to the) (?:issue|ticket|spec\w*) says\b|\bmeans\b.{0,20}\bhere\b/i,
    ],
  ],
  [
    'other',
    [
      /\b(?:naming|names?|renam\w*|typos?|spelling|grammar|style|taste|formatt?ing|wording|reword\w*|tidy|clean ?up|chatter|prefer\w*)\b/i,
      /\b(?:shorter|simpler|nicer|clearer|clarity|readab\w*|cosmetic|nit|consisten\w*|convention\w*|guidelines?)\b/i,
    ],
  ],
];

const isLearned = new Set<Triage>(['behaviour', 'deletion']);

/** By what a person said of it, else by what was done; undefined where there is nothing to tell by. */
export function failureOf(
  { comment, kind }: ReadCircumstances,
  change: { triage: Triage; didNotParse: boolean },
): FailureCategory | undefined {
  const said = comment?.trim() ?? '';
  if (said !== '') {
    let best: { category: FailureCategory; score: number } | undefined;
    for (const [category, patterns] of signs) {
      // The first of equals stays: those that are told by rarer words come first.
      const score = patterns.reduce((sum, pattern) => sum + (pattern.test(said.slice(0, 2_000)) ? 1 : 0), 0);
      if (score > 0 && score > (best?.score ?? 0)) best = { category, score };
    }
    if (best) return best.category;
  }
  if (change.didNotParse) return 'syntax_error';
  if (kind === 'kept') return undefined;
  if (said !== '')
    return change.triage === 'cosmetic' || change.triage === 'wording' || change.triage === 'rename'
      ? 'other'
      : 'wrong_solution';
  return isLearned.has(change.triage) && kind === 'manual_fix' ? 'wrong_solution' : undefined;
}
