import { Visible } from '../../code/visible.tsx';

/** A title or a lesson in which what stands between backticks is code. */
export const Coded = ({ text }: { text: string }) => (
  <>
    {text.split(/`([^`]+)`/).map((part, i) =>
      i % 2 === 0 ? (
        <Visible key={i} text={part} />
      ) : (
        <code key={i} class="font-mono">
          <Visible text={part} />
        </code>
      ),
    )}
  </>
);
