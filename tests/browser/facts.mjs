// What files say of themselves: lengths, titles, covers and chapters, once the page is there.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { text, texts, until } from './support/page.mjs'

const COUNT = 400
const isAsked = url => /[?]get=info$/.test(url)

test('rows get the length, the title and the cover that is inside of their file', async ({ page }) => {
  await page.goto('/Ships/?as=list')
  await until(page, () => document.querySelectorAll('.ls .what').length === 2)
  assert.deepEqual(await texts(page, '.ls .what'), ['F\u00e4hre \u00b7 Someone', 'F\u00e4hre \u00b7 Someone'])
  assert.deepEqual(await texts(page, '.ls tbody .l'), ['0:00', '0:00'])
  // The name and its link stay as they came.
  assert.deepEqual(await texts(page, '.ls tbody .n a'), ['1.m4a', '2.m4a'])
  await page.goto('/covers/deep/')
  await until(page, () => {
    const image = document.querySelector('.ls .aud .n img')
    return image && image.naturalWidth > 0 && !document.querySelector('.ls .aud .n svg')
  })
  assert.match(await page.getAttribute('.ls .aud .n img', 'src'),
    /^\.\.\/\.\.\/\.porthole\/thumb\/[0-9a-f-]+\/covers\/deep\/a%20track\.flac$/)
})

test('an album says who made it, and when', async ({ page }) => {
  await page.goto('/Ships/')
  await until(page, () => !!document.querySelector('.album .by'))
  assert.equal(await text(page, '.album .by'), 'Someone \u00b7 2021')
})

test('the player has the chapters that are inside of a film', async ({ page }) => {
  await page.goto('/films/?open=film.mp4')
  await until(page, () => document.querySelectorAll('.chapters option').length === 2)
  assert.deepEqual(await texts(page, '.chapters option'), ['0:00  One', '0:00  Two'])
  assert(!await page.$eval('.chapters', menu => menu.hidden))
  const cues = await page.$eval('#v', video =>
    Array.from(video.textTracks).find(track => track.kind === 'chapters').cues.length)
  assert.equal(cues, 2)
})

test('a long list asks for the rows in view, and for the others when they come', async ({ page, requests }) => {
  const begun = page.waitForRequest(/[?]get=info$/)
  await page.goto('/many/')
  await begun
  await page.waitForLoadState('networkidle')
  const first = requests.filter(isAsked).length
  assert(first > 0 && first < COUNT / 4, String(first))
  const last = page.waitForRequest(new RegExp(`/${COUNT}\\.mp3[?]get=info$`))
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await last
})
