import { reasonParts } from './model/reason.ts';

/** Why something was changed; a run or a regression that it names is a link. */
export const ReasonView = ({ reason }: { reason: string }) => (
  <p class="ml-13 text-sm break-words">
    “
    {reasonParts(reason).map(({ text, href }, i) =>
      href === undefined ? (
        text
      ) : (
        <a key={i} href={href} class="font-mono text-xs underline" title={text}>
          {text.slice(0, 8)}…{text.slice(-4)}
        </a>
      ),
    )}
    ”
  </p>
);
