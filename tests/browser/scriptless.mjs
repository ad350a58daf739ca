// Pages without scripts: everything that matters is there, and no button does nothing.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { PAGES } from './support/site.mjs'
import { FILM, SKARV } from './support/film.mjs'

const WITHOUT = { javaScriptEnabled: false }
// What is laid out. Without scripts, `evaluate` still runs, because the debugger runs it.
const shown = (page, selector) => page.locator(selector).filter({ visible: true }).allTextContents()

for (const [kind, address] of Object.entries(PAGES)) {
  test(`every button works without scripts: ${kind}`, WITHOUT, async ({ page }) => {
    await page.goto(address)
    // A button outside of a form, or of type "button", needs a script.
    const dead = await page.$$eval('button', buttons => buttons
      .filter(button => button.checkVisibility() && (!button.form || button.type === 'button'))
      .map(button => button.outerHTML))
    assert.deepEqual(dead, [])
  })
}

test('folders sort, filter, page and change their look by forms', WITHOUT, async ({ page }) => {
  await page.goto('/')
  await page.click('.seg [value=grid]')
  await page.waitForURL(/as=grid/)
  assert.equal(await page.locator('table.ls.grid').count(), 1)
  await page.goto('/')
  await page.click('thead .z button >> nth=0')
  await page.waitForURL(/sort=-?size/)
  await page.fill('#q', 'tide')
  await page.press('#q', 'Enter')
  await page.waitForURL(/q=tide/)
  await page.locator('.ls tbody .n a').first().waitFor()
  assert.deepEqual(await shown(page, '.ls tbody .n a'), ['tide.rs'])
})

test('a row’s button opens the page of the file, and its link is the file', WITHOUT, async ({ page }) => {
  await page.goto('/Northern%20Watch/Season%202/?as=list')
  await page.click(`tr:has(a[href*="Skarv.mkv"]) button[name=open]`)
  await page.waitForURL(/open=Northern/)
  assert.equal(await page.locator('#v[controls]').count(), 1)
  assert.equal(await page.locator('#v track').count(), 2)
  const file = await page.request.head(SKARV)
  assert.equal(file.headers()['content-type'], 'video/x-matroska')
})

test('what was said of a television holds on the way', WITHOUT, async ({ page }) => {
  await page.goto('/?tv=1')
  const isTelevision = () => page.locator('html.tv').count()
  await page.click('.seg [value=grid]')
  await page.waitForURL(/as=grid/)
  assert.equal(await isTelevision(), 1)
  await page.click('.dir a >> nth=0')
  await page.waitForURL(/\/\?tv=1$/)
  assert.equal(await isTelevision(), 1)
  await page.click('.mark')
  await page.waitForURL(/^[^/]*\/\/[^/]*\/\?tv=1$/)
  assert.equal(await isTelevision(), 1)
})

test('the queue leads to the next film', WITHOUT, async ({ page }) => {
  await page.goto(FILM)
  await page.click('.queue li:nth-child(5) a')
  await page.waitForURL(/S02E05/)
})

test('a picture’s link is the picture', WITHOUT, async ({ page }) => {
  await page.goto('/Photos/')
  await page.click('text=IMG_2042.jpg')
  await page.waitForURL(/\/Photos\/IMG_2042\.jpg$/)
})
