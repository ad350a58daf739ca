// What people ask of their browser: colours of their own, and less motion.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { PAGES, STATES } from './support/site.mjs'
import { press } from './support/page.mjs'

for (const [kind, open] of Object.entries(STATES)) {
  test(`with less motion nothing moves: ${kind}`, { reducedMotion: 'reduce' }, async ({ page }) => {
    await open(page)
    const moving = await page.$$eval('body *', elements => elements
      .filter(element => {
        const { transitionDuration, animationName, animationDuration, scrollBehavior } = getComputedStyle(element)
        const lasts = durations => durations.split(', ').some(duration => parseFloat(duration) > 0.01)
        return lasts(transitionDuration) || (animationName !== 'none' && lasts(animationDuration)) || scrollBehavior === 'smooth'
      })
      .map(element => element.outerHTML.slice(0, 100)))
    assert.deepEqual(moving, [])
  })
}

test('colours are those of the reader’s theme, and dark on a television', async ({ page }) => {
  const [LIGHT, DARK] = ['rgb(243, 246, 247)', 'rgb(11, 19, 24)']
  for (const [colorScheme, address, expected] of [['light', '/', LIGHT], ['dark', '/', DARK], ['light', '/?tv=1', DARK], ['dark', '/?tv=0', DARK]]) {
    await page.emulateMedia({ colorScheme })
    await page.goto(address)
    const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    assert.equal(ground, expected, `${colorScheme} ${address}`)
    // Each colour of the theme is one: none is invalid or two.
    const odd = await page.evaluate(() => {
      const style = getComputedStyle(document.documentElement)
      const names = ['bg', 'card', 'line', 'edge', 'ink', 'dim', 'sea', 'on', 'tint', 'brass', 'glow', 'plum', 'plumt', 'moss', 'mosst', 'slate', 'slatet']
      return names.filter(name => !CSS.supports('color', style.getPropertyValue('--' + name).trim()))
    })
    assert.deepEqual(odd, [], `${colorScheme} ${address}`)
  }
})

const FORCED = { forcedColors: 'active' }

test('with forced colours the pressed look and the sorted column are marked', FORCED, async ({ page }) => {
  await page.goto('/')
  const background = selector => page.$eval(selector, element => getComputedStyle(element).backgroundColor)
  assert.notEqual(await background('.seg [aria-pressed=true]'), await background('.seg [aria-pressed=false]'))
})

test('with forced colours every button has a border, and the focus a ring', FORCED, async ({ page }) => {
  for (const address of [PAGES.folder, PAGES.source, PAGES['film that cannot be played']]) {
    await page.goto(address)
    const bare = await page.$$eval('.acts .b', buttons => buttons
      .filter(button => button.checkVisibility() && !(parseFloat(getComputedStyle(button).borderTopWidth) > 0))
      .map(button => button.outerHTML.slice(0, 100)))
    assert.deepEqual(bare, [], address)
    await press(page, 'Tab', 'Tab')
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)
    assert.notEqual(ring, 'none', address)
  }
})

test('with forced colours the names of pictures are always shown', FORCED, async ({ page }) => {
  await page.goto('/Photos/')
  assert.equal(await page.$eval('.n a', link => getComputedStyle(link).opacity), '1')
})

test('with forced colours the bars of what was played are seen', FORCED, async ({ page }) => {
  await STATES['strip of what was begun'](page)
  const [bar, ground] = await page.$eval('tr.on .bar2 i', bar =>
    [bar, document.body].map(element => getComputedStyle(element).backgroundColor))
  assert.notEqual(bar, ground)
})
