// Runs a group of tests in Chromium against a running server, and says what failed:
//
//   node run.mjs GROUP ADDRESS [WORDS OF A TEST'S NAME]
//
// A group is a file beside this one. `tests/clients/pages.rs` makes the folder that the
// server has to serve, and runs every group.
import { stripVTControlCharacters } from 'node:util'
import { launch, visit } from './support/browser.mjs'
import { tests } from './support/tests.mjs'

const [group, address, words = ''] = process.argv.slice(2)
await import(`./${group}.mjs`)

const browser = await launch()
const chosen = tests.filter(({ name }) => name.includes(words))
let failed = 0
for (const { name, options, run } of chosen) {
  const began = Date.now()
  const problem = await visit(browser, address, options, run).then(() => null, error => error)
  if (problem) failed++
  console.log(`${problem ? 'FAIL' : 'ok  '} ${name} (${Date.now() - began} ms)`)
  if (problem) console.log(stripVTControlCharacters(problem.stack).replace(/^/gm, '     '))
}
await browser.close()
console.log(`${chosen.length - failed} passed, ${failed} failed`)
// A group without a test would hold nothing.
process.exit(failed || !chosen.length ? 1 : 0)
