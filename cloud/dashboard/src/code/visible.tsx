import { piecesOf, runsOf } from './unseen.ts';

/** Of a character that stands for one that nobody would see. */
export const hiddenClass = 'text-warn outline-1 outline-warn/50 -outline-offset-1 mx-px px-px text-xs';

interface Props {
  text: string;
  /** Code is read from left to right, also around what is not; prose has the direction of its language. */
  isCode?: boolean;
}

/** A text in which characters that show nothing, or that turn the direction of others, stand as their codes. */
export const Visible = ({ text, isCode = false }: Props) => (
  <>
    {piecesOf(text).map(({ text: shown, hidden }, i) =>
      hidden !== undefined ? (
        <span key={i} title={hidden} class={hiddenClass}>
          {shown}
        </span>
      ) : isCode ? (
        <Isolated key={i} text={shown} />
      ) : (
        shown
      ),
    )}
  </>
);

/** Words that are written from right to left by themselves: `a = "b"` in Hebrew does not become `b = "a"`. */
export const Isolated = ({ text }: { text: string }) => (
  <>{runsOf(text).map((run, i) => (i % 2 === 0 ? run : <bdi key={i}>{run}</bdi>))}</>
);
