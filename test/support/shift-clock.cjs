// Loaded before the program under test: each SIGUSR2 sets its time of day by WHETSTONE_TEST_SHIFT_MS.
const realNow = Date.now;
let shiftMs = 0;
process.on('SIGUSR2', () => (shiftMs += Number(process.env.WHETSTONE_TEST_SHIFT_MS)));
Date.now = () => realNow() + shiftMs;
