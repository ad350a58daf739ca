// A folder of 1,200 files: pages of 500 for browsers, everything for programs.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { attribute, names, press, text, texts } from './support/page.mjs'

const COUNT = 1_200
const file = number => `file ${number}.txt`
const range = (first, last) => Array.from({ length: last - first + 1 }, (_, n) => file(first + n))
const next = page => page.$$eval('link[rel=next]', links => links.map(link => link.getAttribute('href')))

test('three pages have every file once, in order', async ({ page }) => {
  await page.goto('/pages/')
  assert.match(await text(page, '.sum'), /^1,200 files/)
  assert.deepEqual(await names(page), range(1, 500))
  assert.deepEqual(await next(page), ['?page=2'])
  await page.click('.pages [value="2"] >> nth=0')
  await page.waitForURL(/\?page=2$/)
  assert.deepEqual(await names(page), range(501, 1_000))
  assert.equal(await text(page, '.pages [aria-current=page]'), '2')
  await page.goto('/pages/' + (await next(page))[0])
  assert.deepEqual(await names(page), range(1_001, COUNT))
  assert.deepEqual(await next(page), [])
})

test('previous and next are buttons, and one shows all', async ({ page }) => {
  await page.goto('/pages/?page=2')
  await page.click('.pages button:has-text("Next page")')
  await page.waitForURL(/page=3/)
  await page.click('.pages button:has-text("Previous page")')
  await page.waitForURL(/page=2/)
  await page.click('.pages [value=all]')
  await page.waitForURL(/page=all/)
  assert.deepEqual(await texts(page, '.ls tbody .n a'), range(1, COUNT))
})

test('a page keeps the order, and a page after the last is the last', async ({ page }) => {
  await page.goto('/pages/?sort=-name')
  assert.equal((await names(page))[0], file(COUNT))
  assert.deepEqual(await next(page), ['?page=2&sort=-name'])
  await page.goto('/pages/?page=99')
  assert.deepEqual(await names(page), range(1_001, COUNT))
  for (const nonsense of ['0', '-1', 'x', '1e9', '99999999999999999999']) {
    const response = await page.goto('/pages/?page=' + nonsense)
    assert.equal(response.status(), 200, nonsense)
  }
})

test('the filter asks all pages when the server is asked', async ({ page }) => {
  await page.goto('/pages/')
  await page.fill('#q', 'file 1200')
  assert.deepEqual(await names(page), [])
  await press(page, 'Enter')
  await page.waitForURL(/q=/)
  assert.deepEqual(await names(page), [file(COUNT)])
})

test('programs get everything at once', async ({ page }) => {
  const response = await page.request.get('/pages/', { headers: { Accept: '*/*' } })
  const all = (await response.text()).match(/<a href="file%20\d+\.txt"/g)
  assert.equal(all.length, COUNT)
})

test('a page of one has no numbers', async ({ page }) => {
  await page.goto('/pages/?q=file+1200')
  assert.equal(await page.locator('.pages').count(), 0)
  assert.equal(await attribute(page, 'table.ls', 'hidden'), null)
})
