// The tests of the group that runs.
export const tests = []

// Registers a test. The options are Playwright's for a new context: viewport, colorScheme…
export function test(name, options, run = options) {
  tests.push({ name, options: run === options ? {} : options, run })
}
