/** `WHETSTONE_TEST_EVERY_SAMPLE=1` has tests grade all recorded samples where one in so many does for each change. */
export const everySample = process.env['WHETSTONE_TEST_EVERY_SAMPLE'] === '1';
