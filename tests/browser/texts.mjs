// The page of a text: source, prose, Markdown, and long files in parts.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { allowCopying, attribute, clipboard, has, name, text, texts, until } from './support/page.mjs'

// Without the end of the line, which each row has.
const lines = async page => (await texts(page, '.code .r')).map(row => row.replace(/\n$/, ''))

test('a click on a name opens the page, which leads to the file and back', async ({ page, origin }) => {
  await page.goto('/')
  await name(page, 'tide.rs').click()
  await page.waitForURL(/\?open=tide\.rs$/)
  assert.equal(await text(page, 'h1'), 'tide.rs')
  assert.equal((await lines(page))[4], 'const NAME: &\'static str = "<b>Skarv</b>";')
  assert.equal(await page.$eval('.acts [download]', link => link.href), origin + '/tide.rs')
  await page.click('.crumbs a >> nth=-1')
  await page.waitForURL('/')
})

test('source has colours, of comments over several lines too', async ({ page }) => {
  await page.goto('/?open=tide.rs')
  const colours = await page.$$eval('#L5, #L7, #L8, #L9', rows => rows.map(row => {
    const part = row.querySelector('*')
    return !!part && getComputedStyle(part).color !== getComputedStyle(row).color
  }))
  assert.deepEqual(colours, [true, true, true, true])
})

test('lines wrap on demand, and the line in the address is marked', async ({ page }) => {
  await page.goto('/?open=tide.rs#L3')
  await page.click('[data-wrap]')
  assert(await has(page, '.code', 'wrap'))
  assert.equal(await attribute(page, '[data-wrap]', 'aria-pressed'), 'true')
  const isMarked = await page.$eval('#L3', row =>
    row.matches(':target') && getComputedStyle(row).backgroundColor !== 'rgba(0, 0, 0, 0)')
  assert(isMarked)
})

test('what is copied is the text, with its empty lines and without numbers', async ({ page, context, origin }) => {
  await allowCopying(context)
  await page.goto('/?open=tide.rs')
  await page.click('[data-copy="#text"]')
  await until(page, () => document.querySelector('#say').textContent === 'Copied')
  const file = await (await page.request.get('/tide.rs')).text()
  assert.equal(await clipboard(page), file)
})

test('what is selected is the text, with its empty lines and without numbers', async ({ page }) => {
  await page.goto('/?open=tide.rs')
  const selected = await page.evaluate(() => {
    getSelection().selectAllChildren(document.querySelector('#text'))
    return getSelection().toString()
  })
  const file = await (await page.request.get('/tide.rs')).text()
  assert.equal(selected.trimEnd(), file.trimEnd())
})

test('letters of any language are shown, and markup is text', async ({ page }) => {
  await page.goto('/Papers/?open=notes.txt')
  assert.deepEqual((await lines(page)).slice(0, 3), ['Grüße 水', '', '  indented <b>not bold</b>'])
})

test('Markdown is shown as a document, and its markup of HTML as text', async ({ page }) => {
  await page.goto('/Papers/?open=tides.md')
  assert.equal(await page.locator('#text table td').count(), 2)
  assert.match(await text(page, '#text'), /<script>fail\(\)<\/script>/)
  assert.equal(await page.locator('#text script, #text [onerror]').count(), 0)
  assert.equal(await page.locator('#text img').count(), 0, 'no picture of another server')
  const schemes = await page.$$eval('#text a', links => links.map(link => link.protocol))
  assert.deepEqual(schemes, ['https:'])
})

test('a long text comes in parts that have all of its lines once', async ({ page }) => {
  const file = await (await page.request.get('/Papers/harbour.log')).text()
  await page.goto('/Papers/?open=harbour.log')
  let all = ''
  for (let part = 1; ; part++) {
    all += (await lines(page)).join('\n')
    const next = page.locator('.pages button', { hasText: 'Next part' })
    if (!await next.count()) {
      assert.equal(part, 2)
      break
    }
    await next.click()
    await page.waitForURL(url => url.searchParams.get('from') > 0)
  }
  // A part may end within a line.
  assert.equal(all.replace(/\n/g, ''), file.replace(/\n/g, ''))
  await page.locator('.pages button', { hasText: 'Previous part' }).click()
  await page.waitForURL(/from=0/)
})
