// Names that do something wherever they are not escaped. `visit` fails a test in which one
// runs a script, asks another server, or does what the policy forbids.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { name, press, text, texts, until } from './support/page.mjs'
import { position, remember } from './support/positions.mjs'

const TRAPS = 62
// With the policy, and without: then what is not escaped does run.
const WITHOUT = { bypassCSP: true }
const POLICIES = [['with the policy', {}], ['without the policy', WITHOUT]]

// Every element with its attributes, once: `a href`. A name may add none. Which buttons rest
// depends on the place in the list.
const elements = page => page.evaluate(() => [...new Set([...document.querySelectorAll('*')]
  .map(element => [element.localName, ...element.getAttributeNames().filter(name => name !== 'disabled').sort()].join(' ')))])
// An album whose tracks say nothing of themselves has no artist.
const EXPECTED = ['i class', 'a class href', 'a class href role', 'a aria-current class href', 'div data-album id']

// Elements of pages like these, but of names that are words.
async function usual(page, addresses) {
  const all = new Set(EXPECTED)
  for (const address of addresses) {
    await page.goto(address)
    for (const element of await elements(page)) all.add(element)
  }
  return all
}
async function assertUsual(page, usual, what) {
  const added = (await elements(page)).filter(element => !usual.has(element))
  assert.deepEqual(added, [], what)
}
// What a row's button sends.
const opened = page => page.$$eval('.ls tbody [name=open]', buttons =>
  buttons.map(button => '?' + new URLSearchParams({ open: button.value })))

test('each link is the file of its name', async ({ page, origin }) => {
  for (const folder of ['/names/files/', '/names/texts/']) {
    await page.goto(folder)
    const links = await page.$$eval('.ls tbody .n a', links => links.map(link => link.href))
    assert.equal(links.length, TRAPS)
    for (const link of links) {
      assert(link.startsWith(origin + folder), link)
      const response = await page.request.get(link)
      const path = link.slice((origin + folder).length)
      const bytes = Buffer.from(path.replace(/%(..)/g, (_, code) => String.fromCharCode(parseInt(code, 16))), 'latin1')
      assert.deepEqual([response.status(), await response.body()], [200, bytes], link)
    }
  }
})

test('each folder opens', async ({ page }) => {
  await page.goto('/names/folders/')
  const links = await page.$$eval('.ls tbody .n a', links => links.map(link => link.href))
  for (const link of [...links, '/names/folders/x%3C/script%3E%3Cimg%20src=x%20onerror=fail()%3E/']) {
    const response = await page.goto(link)
    assert.equal(response.status(), 200, link)
    const inside = link.endsWith('/x%3C/') ? 'script><img src=x onerror=fail()>/' : 'inside.txt'
    assert.deepEqual(await texts(page, '.ls tbody .n a'), [inside], link)
  }
})

for (const [policy, options] of POLICIES) {
  test(`names are text in every list, ${policy}`, options, async ({ page }) => {
    const plain = await usual(page, ['/', '/?as=grid', '/Music/', '/Films/', '/Films/?as=list', '/Photos/', '/Photos/?as=list', '/one/', '/one/?as=grid', '/Papers/'])
    for (const folder of ['files', 'texts', 'films', 'tracks', 'pictures', 'folders', 'subtitles']) {
      for (const look of ['list', 'grid']) {
        await page.goto(`/names/${folder}/?as=${look}`)
        await assertUsual(page, plain, folder)
      }
    }
  })

  test(`names are text when pages take the place of each other, ${policy}`, options, async ({ page }) => {
    await page.goto('/names/films/')
    const [first] = await opened(page)
    await page.goto('/names/films/' + first)
    const plain = new Set([...await elements(page), ...EXPECTED])
    for (let step = 0; step < 8; step++) {
      const { href } = await page.evaluate(() => location)
      await press(page, 'n')
      await until(page, href => location.href !== href, href)
    }
    const added = (await elements(page)).filter(element => !plain.has(element) && /onerror|onload|script|iframe|base|style$/.test(element))
    assert.deepEqual(added, [])
  })

  test(`names of subtitles are text, ${policy}`, options, async ({ page }) => {
    await page.goto('/names/subtitles/?open=film.mp4')
    await until(page, () => document.querySelector('.subs').options.length > 10)
    for (let step = 0; step < 5; step++) await press(page, 'c')
    assert.equal(await page.locator('.subs option *, .osd *').count(), 0)
  })

  test(`names are text in the picture view, ${policy}`, options, async ({ page }) => {
    await page.goto('/names/pictures/')
    const all = await texts(page, '.ls tbody .n a')
    await page.click('.ls tbody tr:first-child .n a')
    for (const name of all) {
      assert((await text(page, '#lb header p')).startsWith(name), name)
      await press(page, 'ArrowRight')
    }
    assert.equal(await page.locator('#lb header p > :not(small)').count(), 0)
  })

  test(`names are text in the bar of an album, ${policy}`, options, async ({ page }) => {
    await page.goto('/names/tracks/')
    await page.click('[data-all]')
    for (let step = 0; step < 20; step++) {
      assert.equal(await page.locator('.now .what *:not(b):not(span)').count(), 0)
      assert.equal(await text(page, '.now .what b'), await text(page, 'tr.here .n a'))
      await press(page, 'n')
    }
  })
}

test('names are text on the page of a text', WITHOUT, async ({ page }) => {
  const plain = await usual(page, ['/Papers/?open=notes.txt', '/?open=tide.rs'])
  await page.goto('/names/texts/')
  for (const address of await opened(page)) {
    const response = await page.goto('/names/texts/' + address)
    assert.equal(response.status(), 200, address)
    await assertUsual(page, plain, address)
  }
})

test('names are text on the page of a film', WITHOUT, async ({ page }) => {
  const plain = await usual(page, ['/?open=Kelp+(2020).webm', '/Northern%20Watch/Season%202/?open=Northern+Watch+S02E04+Skarv.mkv'])
  await page.goto('/names/films/')
  for (const address of await opened(page)) {
    const response = await page.goto('/names/films/' + address, { waitUntil: 'domcontentloaded' })
    assert.equal(response.status(), 200, address)
    await assertUsual(page, plain, address)
  }
})

test('names are text in what was begun', WITHOUT, async ({ page }) => {
  await page.goto('/names/films/?as=list')
  const paths = await page.$$eval('.ls tbody .n a', links => links.map(link => link.pathname))
  for (let start = 0; start < paths.length; start += 4) {
    const begun = paths.slice(start, start + 4)
    await remember(page, Object.fromEntries(begun.map((path, n) => [path.replace(/%2[1789A]/gi, decodeURIComponent), position(60, 3000, n + 1)])))
    await page.reload()
    assert.equal(await page.locator('.again li').count(), begun.length, begun.join())
    assert.equal(await page.locator('.again .name *').count(), 0)
    const lead = await page.$$eval('.again li a', links => links.every(link => link.origin === location.origin && link.pathname === location.pathname))
    assert(lead, begun.join())
  }
})

test('no name turns the direction of text, or hides', async ({ page }) => {
  await page.goto('/names/files/')
  const all = await texts(page, '.ls tbody .n a')
  const hidden = /[\u0000-\u001f\u007f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/
  assert.deepEqual(all.filter(name => hidden.test(name)), [])
  assert(all.includes('evilU+202Efdp.exe'))
  assert(all.includes('␣'))
  assert(all.includes('cafE9'))
  // What is written from right to left stays within its name.
  assert.equal(await page.$eval('.ls tbody .n a', link => getComputedStyle(link).unicodeBidi), 'plaintext')
  assert.equal(await name(page, 'spaces at both ends').getAttribute('class'), 'odd')
})

test('playlists and lists stay whole', async ({ page, origin }) => {
  for (const folder of ['films', 'tracks']) {
    const base = `${origin}/names/${folder}/`
    const get = async form => (await page.request.get(base + '?get=' + form)).text()
    const lines = (await get('m3u')).trimEnd().split('\n')
    assert.equal(lines.length, 1 + 2 * TRAPS)
    assert.deepEqual(lines.filter(line => !line.startsWith('#') && !line.startsWith(base)), [])
    const places = await page.evaluate(xml => {
      const list = new DOMParser().parseFromString(xml, 'application/xml')
      return [...list.querySelectorAll('location')].map(place => place.textContent)
    }, await get('xspf'))
    assert.equal(places.length, TRAPS)
    assert.deepEqual(places.filter(place => !place.startsWith(base)), [])
    assert.equal(JSON.parse(await get('json')).length, TRAPS)
  }
})
