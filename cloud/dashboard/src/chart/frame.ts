import type uPlot from 'uplot';

/** Colours by their tokens, and axes as every chart has them. */
export function lookOf(holder: HTMLElement) {
  const style = getComputedStyle(holder);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const font = `12px ${style.fontFamily}`;
  const axis = {
    stroke: token('--text-muted'),
    grid: { stroke: token('--line'), width: 1 },
    ticks: { stroke: token('--line'), width: 1 },
    font,
    labelFont: font,
    labelSize: 20,
  };
  return { token, font, axis };
}

export const widthOf = (holder: HTMLElement) => Math.max(200, holder.clientWidth);

/** Has a chart follow the width of its place; answers how to take it away. */
export function followWidth(plot: uPlot, holder: HTMLElement, heightPx: number): () => void {
  const follow = new ResizeObserver(() => plot.setSize({ width: widthOf(holder), height: heightPx }));
  follow.observe(holder);
  return () => {
    follow.disconnect();
    plot.destroy();
  };
}
