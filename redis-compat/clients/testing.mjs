// What the scripts of both npm clients share: `ok NAME` or `not ok NAME: why` for each test, and an
// exit status of 1 when one failed.
import assert from 'node:assert/strict';

export const port = Number(process.argv[2]);

const WITHIN_MS = 60_000; // a test that takes longer hangs

async function within(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${WITHIN_MS} ms`)), WITHIN_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

// `before` runs ahead of each test. Ends the process: a client that hangs must not keep it alive.
export async function run(tests, before) {
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await within(before());
      await within(test());
      console.log(`ok ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${name}: ${String(error.message).split('\n').join(' ')}`);
    }
  }
  process.exit(failed ? 1 : 0);
}

// The key is seen to expire; how long that takes is not asked.
export async function untilGone(get) {
  for (const deadline = Date.now() + 20_000; ;) {
    if ((await get()) === null) return;
    assert.ok(Date.now() < deadline, 'a key with a time to live of 1 ms is still there');
  }
}
