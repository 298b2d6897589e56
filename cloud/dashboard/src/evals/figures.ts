/** 'p < 0.001' or 'p = 0.023', never broken over two lines. */
export const pText = (p: number): string => (p < 0.001 ? 'p\u00A0<\u00A00.001' : `p\u00A0=\u00A0${p.toPrecision(2)}`);

/** '91.3 %'. */
export const shareText = (share: number): string => `${(share * 100).toFixed(1)} %`;
