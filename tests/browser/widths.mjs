// No page has to be scrolled sideways, at any width.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { PAGES } from './support/site.mjs'

const WIDTHS = [320, 360, 768, 1440, 1920]

for (const [kind, address] of Object.entries(PAGES)) {
  test(`no sideways scrolling: ${kind}`, async ({ page }) => {
    await page.goto(address)
    const tooWide = []
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 })
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (beyond > 0) tooWide.push(`${beyond} px at ${width}`)
    }
    assert.deepEqual(tooWide, [])
  })
}
