// The pages of errors.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { shown, text } from './support/page.mjs'

test('a page says that nothing is there, and leads out', async ({ page }) => {
  const response = await page.goto('/one/two/missing')
  assert.equal(response.status(), 404)
  assert.equal(await text(page, 'h1'), 'Nothing at this address')
  assert.equal(await text(page, '.say small'), '404 Not Found')
  assert.deepEqual(await shown(page, '.say a'), ['Open the folder', 'Start folder'])
  await page.click('.say a >> nth=0')
  await page.waitForURL('/one/two/')
  await page.goto('/one/two/missing')
  await page.click('.say a >> nth=1')
  await page.waitForURL('/')
})

test('a page about a file that is not there says so', async ({ page }) => {
  const response = await page.goto('/one/?open=missing.mkv')
  assert.equal(response.status(), 404)
  assert.equal(await text(page, 'h1'), 'Nothing at this address')
})

test('no part of an address becomes markup', async ({ page }) => {
  for (const address of ['/%3Cimg%20src=x%20onerror=fail()%3E', '/"><script>fail()</script>',
    '/?open=%3Cimg%20src=x%20onerror=fail()%3E', '/?open=javascript:fail()', '/?q="><script>fail()</script>',
    '/?sort="><script>fail()</script>', '/?as="><script>fail()</script>', '/?page="><script>fail()</script>',
    '/?from="><script>fail()</script>', '/?tv="><script>fail()</script>', '/?get="><script>fail()</script>',
    '/Papers/?open=notes.txt&from="><script>fail()</script>']) {
    await page.goto(address)
    assert.equal(await page.locator('img[onerror], script:not([src])').count(), 0, address)
  }
})

test('an address that is too long has a page', async ({ page }) => {
  const response = await page.goto('/' + 'x'.repeat(3_000))
  assert(response.status() >= 400)
  await page.waitForSelector('main a')
})

test('programs get one line of text', async ({ page }) => {
  const response = await page.request.get('/missing', { headers: { Accept: '*/*' } })
  assert.equal(response.status(), 404)
  assert.match(response.headers()['content-type'], /^text\/plain/)
})
