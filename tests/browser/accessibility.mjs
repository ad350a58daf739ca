// axe on every kind of page and in every state: both themes, wide and narrow.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from './support/tests.mjs'
import { STATES } from './support/site.mjs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
// Only contrast differs by theme: of the four, two are looked at for everything.
const CONTRAST = ['color-contrast']
const LOOKS = { light: [[1440, RULES], [360, CONTRAST]], dark: [[1440, CONTRAST], [360, RULES]] }

// The policy of the pages lets nobody add a script, so neither axe.
const OPTIONS = { bypassCSP: true, reducedMotion: 'reduce' }

function check(colorScheme, kind, open) {
  test(`axe finds nothing in ${colorScheme}: ${kind}`, { ...OPTIONS, colorScheme }, async ({ page }) => {
    await open(page)
    await page.evaluate(AXE)
    const found = []
    for (const [width, rules] of LOOKS[colorScheme]) {
      await page.setViewportSize({ width, height: 900 })
      const violations = await page.evaluate(async rules => {
        const { violations } = await window.axe.run(document, { runOnly: rules, resultTypes: ['violations'] })
        return violations.map(({ id, nodes }) => [id, nodes.length, nodes[0].html.slice(0, 160), nodes[0].failureSummary])
      }, rules)
      violations.forEach(violation => found.push([width, ...violation].join(' ')))
    }
    assert.deepEqual(found, [])
  })
}
for (const [kind, open] of Object.entries(STATES)) {
  for (const colorScheme in LOOKS) check(colorScheme, kind, open)
}
