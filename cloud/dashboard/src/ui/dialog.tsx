import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Props {
  title: string;
  /** For tables. */
  isWide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal that the browser keeps the focus in; Escape closes it, and the focus goes back to where it was. */
export function Dialog({ title, isWide = false, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      class={`m-auto ${isWide ? 'w-[min(56rem,calc(100vw-1rem))]' : 'w-[min(32rem,calc(100vw-2rem))]'} rounded border border-line bg-canvas p-5 text-text backdrop:bg-black/40`}
      onClose={onClose}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={titleId} class="mb-3 font-semibold">
        {title}
      </h2>
      {children}
    </dialog>
  );
}
