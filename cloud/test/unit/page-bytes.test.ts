import { expect, it } from 'vitest';
import { fitting, pageFitting } from '../../src/platform/page-bytes.ts';

const mebibyte = 2 ** 20;
const rows = (...bytes: number[]) => bytes.map((each, i) => ({ id: `${i}`, bytes: each }));

it('holds as many rows as were asked for while they are small', () => {
  expect(fitting(rows(1, 1, 1), 2)).toEqual({ ids: ['0', '1'], hasMore: true });
  expect(fitting(rows(1, 1), 2)).toEqual({ ids: ['0', '1'], hasMore: false });
  expect(fitting([], 2)).toEqual({ ids: [], hasMore: false });
});

it('ends before the row that is too much', () => {
  expect(fitting(rows(3 * mebibyte, mebibyte, 1, 1), 500)).toEqual({ ids: ['0', '1'], hasMore: true });
});

it('holds one row however large it is, so that pages come to an end', () => {
  expect(fitting(rows(9 * mebibyte, 9 * mebibyte), 500)).toEqual({ ids: ['0'], hasMore: true });
  expect(fitting(rows(9 * mebibyte), 500)).toEqual({ ids: ['0'], hasMore: false });
});

it('reads the rows that fit, and none where there are none', async () => {
  const read: string[][] = [];
  const page = (...bytes: number[]) =>
    pageFitting(
      2,
      async (most) => rows(...bytes).slice(0, most),
      async (ids) => {
        read.push(ids);
        return ids;
      },
    );
  expect(await page(1, 5 * mebibyte, 1)).toEqual({ rows: ['0'], hasMore: true });
  expect(await page(1, 1, 1)).toEqual({ rows: ['0', '1'], hasMore: true });
  expect(await page()).toEqual({ rows: [], hasMore: false });
  expect(read).toEqual([['0'], ['0', '1']]);
});
