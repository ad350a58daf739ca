// Folders of 1,200 files: pages of 500 for browsers, everything for programs.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { attribute, focused, isSame, mark, names, press, text, texts, until } from './support/page.mjs'

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

// Alder 1 to 600, birch 1 to 600, and one of another alphabet.
const letter = (page, name) => page.click(`.letters button:text-is("${name}")`)
const isSeen = (page, name) => page.$eval(`.ls a[href="${encodeURI(name)}"]`, link => {
  const { top, bottom } = link.getBoundingClientRect()
  const bar = document.querySelector('.top').getBoundingClientRect()
  return top >= bar.bottom && bottom <= innerHeight
})

for (const javaScriptEnabled of [true, false]) {
  test(`a letter leads to the page and the row that has it, ${javaScriptEnabled ? 'with' : 'without'} scripts`, { javaScriptEnabled }, async ({ page }) => {
    await page.goto('/letters/')
    assert.deepEqual(await texts(page, '.letters button'), ['#', 'A', 'B', '\u0416'])
    await letter(page, 'B')
    await page.waitForURL(/\/letters\/\?page=2#to-f62$/)
    assert.equal(await page.$eval('tr:target .n a', link => link.textContent), 'birch 1.txt')
    assert(await isSeen(page, 'birch 1.txt'))
    await letter(page, 'A')
    await page.waitForURL(/\?page=1#to-f61$/)
    assert(await isSeen(page, 'Alder 1.txt'))
    await letter(page, '\u0416')
    await page.waitForURL(/\?page=3#to-f436$/)
    assert(await isSeen(page, '\u0416.txt'))
  })
}

test('letters are for orders by name, and keep the view', async ({ page }) => {
  await page.goto('/letters/?sort=-name&as=grid&q=txt')
  assert.deepEqual(await texts(page, '.letters button'), ['\u0416', 'B', 'A', '#'])
  await letter(page, 'A')
  await page.waitForURL('/letters/?sort=-name&as=grid&q=txt&page=2#to-f61')
  assert.equal(await text(page, 'tr:target .n a'), 'Alder 600.txt')
  await page.click('thead .z button')
  await page.waitForURL(/sort=size/)
  assert.equal(await page.locator('.letters').count(), 0)
})

test('a television has the focus on the name that the letter led to', async ({ page }) => {
  await page.goto('/letters/?tv=1')
  await letter(page, 'B')
  await page.waitForURL(/page=2#/)
  assert.equal(await focused(page), 'birch 1.txt')
})

test('a letter leads on while music plays, and the bar stays', async ({ page }) => {
  await page.goto('/tracks/')
  await page.click('[data-all]')
  await mark(page)
  await letter(page, 'B')
  await page.waitForURL(/page=2#to-f62$/)
  await until(page, () => document.querySelector('tr:target'))
  assert(await isSame(page))
  assert(await isSeen(page, 'birch 1.mp3'))
  await page.goBack()
  await page.waitForURL(/\/tracks\/$/)
  await until(page, () => !document.querySelector('a[href="birch%201.mp3"]'))
  assert(await isSame(page))
})

test('no press of a button asks for anything twice', { javaScriptEnabled: false }, async ({ page }) => {
  for (const [button, expected] of [
    ['thead .z button', 'as=grid&q=birch+600&sort=size'],
    ['thead .n button', 'as=grid&q=birch+600&sort=name'],
    ['.seg [value=list]', 'as=list&sort=-name&q=birch+600']
  ]) {
    await page.goto('/letters/?sort=-name&as=grid&q=birch+600')
    await page.click(button)
    await page.waitForURL('/letters/?' + expected)
  }
  await page.fill('#q', 'birch 599')
  await press(page, 'Enter')
  await page.waitForURL('/letters/?sort=-name&as=list&q=birch+599')
})
