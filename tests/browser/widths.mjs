// No page has to be scrolled sideways, at any width.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { PAGES } from './support/site.mjs'

const WIDTHS = [320, 360, 768, 1440, 1920]

// A television's letters are larger, and some ask for its pages on a tablet.
const ADDRESSES = { ...PAGES, 'folder on a television': PAGES.folder + '?tv=1' }

for (const [kind, address] of Object.entries(ADDRESSES)) {
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

test('the menu is within the screen', async ({ page }) => {
  for (const address of [PAGES.folder, PAGES.pictures, PAGES.album]) {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 })
      await page.goto(address)
      await page.click('.menu summary')
      const { left, right } = await page.$eval('.menu div', menu => menu.getBoundingClientRect().toJSON())
      assert(left >= 0 && right <= width, `${address} at ${width}: ${left} to ${right}`)
    }
  }
})

test('facts of a row are divided, and no point stands before the first', { viewport: { width: 360, height: 760 } }, async ({ page }) => {
  await page.goto(PAGES.folder)
  const first = await page.$$eval('.ls tbody tr', rows => rows.map(row => {
    const facts = [...row.querySelectorAll('td.l, td.z, td.d')].filter(cell => cell.offsetWidth && cell.textContent)
    const [first] = facts.sort((a, b) => a.getBoundingClientRect().left - b.getBoundingClientRect().left)
    const { content, display } = getComputedStyle(first, '::before')
    return display === 'none' ? 'none' : content
  }))
  assert.deepEqual([...new Set(first)], ['none'])
})

test('deep quotes and lists stay within the screen', { viewport: { width: 320, height: 760 } }, async ({ page }) => {
  await page.goto(PAGES.Markdown)
  const beyond = await page.evaluate(() => {
    const article = document.querySelector('.prose')
    const nests = [['<blockquote>', '</blockquote>', 32], ['<ul><li>', '</li></ul>', 32],
      ['<ol><li><blockquote>', '</blockquote></li></ol>', 16]]
    nests.forEach(([start, end, depth]) =>
      article.insertAdjacentHTML('beforeend', start.repeat(depth) + 'deep' + end.repeat(depth)))
    return document.documentElement.scrollWidth - innerWidth
  })
  assert(beyond <= 0, `${beyond} px`)
})
