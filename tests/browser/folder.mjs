// The page of a folder: rows, filter, looks, what was begun, keys, menu.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { allowCopying, attribute, clipboard, focused, has, name, names, press, said, text, texts, until, waitToHear } from './support/page.mjs'
import { position, remember, remembered } from './support/positions.mjs'

test('times are shown in the zone of the reader, and keep their exact value', async ({ page }) => {
  await page.goto('/')
  const date = 'tr:has(a[href="tide.rs"]) .d'
  assert.equal(await text(page, date), '2024-11-21 19:02')
  assert.equal(await attribute(page, date, 'title'), '2024-11-21 18:02:10 UTC')
  const isOnTop = await page.$eval(date, cell => {
    cell.scrollIntoView({ block: 'center' })
    const { x, y } = cell.getBoundingClientRect()
    return document.elementFromPoint(x + 40, y + 5) === cell
  })
  assert(isOnTop, 'the exact value shows on hover')
})

test('a click on the date opens what the name opens', async ({ page }) => {
  await page.goto('/')
  await page.click('tr:has(a[href^="Harbour"]) .d')
  await page.waitForURL(/open=Harbour/)
  await page.goto('/')
  await page.click('tr:has(a[href="Films/"]) .d')
  await page.waitForURL(/\/Films\/$/)
})

test('a plain click opens the page of a file, with Ctrl the file', async ({ page, context }) => {
  await page.goto('/')
  await name(page, 'Kelp (2020).webm').click()
  await page.waitForURL(/\?open=Kelp/)
  await page.goBack()
  const [tab] = await Promise.all([
    context.waitForEvent('page'),
    name(page, 'Kelp (2020).webm').click({ modifiers: ['Control'] })
  ])
  await tab.waitForURL(/\/Kelp%20\(2020\)\.webm$/, { waitUntil: 'commit' })
})

test('the filter ignores case and accents, counts aloud, and Escape clears it', async ({ page }) => {
  await page.goto('/')
  const all = await names(page)
  await press(page, '/')
  await page.keyboard.type('HÁRBOUR')
  assert.deepEqual(await names(page), ['Harbour Lights (1957).mp4'])
  assert.equal(await said(page), `1 of ${all.length} names`)
  await page.keyboard.type('zzz')
  assert(await page.isVisible('.none'))
  await press(page, 'Escape')
  assert.deepEqual(await names(page), all)
  assert.equal(await page.inputValue('#q'), '')
})

test('Enter in the filter asks the server', async ({ page }) => {
  await page.goto('/')
  await page.fill('#q', 'tide')
  await press(page, 'Enter')
  await page.waitForURL(/\?q=tide$/)
  assert.deepEqual(await names(page), ['tide.rs'])
  await page.goto('/?q=zzz')
  assert.match(await text(page, '.say'), /No name here contains these letters/)
})

for (const [folder, cookie] of [['/Photos/', 'porthole_view_photos'], ['/Films/', 'porthole_view_films'], ['/', 'porthole_view']]) {
  test(`the look of ${folder} is kept in ${cookie}, also by the server`, async ({ page, context, origin }) => {
    await page.goto(folder)
    const [was, other] = await has(page, 'table.ls', 'grid') ? ['grid', 'list'] : ['list', 'grid']
    await page.click(`.seg [value=${other}]`)
    assert(await has(page, 'table.ls', other))
    assert.equal(await attribute(page, `.seg [value=${other}]`, 'aria-pressed'), 'true')
    const [kept] = await context.cookies(origin)
    const { name, value, path, sameSite, expires } = kept
    assert.deepEqual({ name, value, path, sameSite }, { name: cookie, value: other, path: '/', sameSite: 'Lax' })
    assert(expires > Date.now() / 1000 + 3e7, 'for a year')
    await page.reload()
    assert(await has(page, 'table.ls', other), 'the server knows it')
    await press(page, 'v')
    assert(await has(page, 'table.ls', was), 'v turns it back')
  })
}

test('the look in the address follows the button', async ({ page }) => {
  await page.goto('/?sort=-size&as=grid')
  await page.click('.seg [value=list]')
  assert.match(page.url(), /\?sort=-size&as=list$/)
  await page.goto('/?sort=-size')
  await page.click('.seg [value=grid]')
  assert.match(page.url(), /\?sort=-size$/)
})

test('a header sorts, and turns the order when it is pressed again', async ({ page }) => {
  await page.goto('/Papers/')
  const natural = await names(page)
  await page.click('thead .z button')
  await page.waitForURL(/sort=-?size/)
  const order = await attribute(page, 'thead .z', 'aria-sort')
  const sizes = () => page.$$eval('tbody .z', cells => cells.map(cell => parseInt(cell.title.replace(/,/g, ''))))
  const rising = list => list.toSorted((a, b) => a - b)
  const first = await sizes()
  await page.click('thead .z button')
  await until(page, order => document.querySelector('thead .z').getAttribute('aria-sort') !== order, order)
  assert.deepEqual(await sizes(), first.toReversed())
  assert.deepEqual(rising(first), order === 'ascending' ? first : first.toReversed())
  await page.click('thead .n button')
  await page.waitForURL(/sort=name$/)
  assert.deepEqual(await names(page), natural)
})

test('pictures as a list are a list', async ({ page }) => {
  await page.goto('/Photos/')
  await page.click('.seg [value=list]')
  assert.equal(await page.$eval('tbody', body => getComputedStyle(body).display), 'block')
  assert.equal(await page.$eval('.n img', picture => picture.offsetWidth), 40)
  assert.equal(await page.$eval('.n a', link => getComputedStyle(link).opacity), '1')
})

test('the grid of films leaves side files to the list, and says so', async ({ page }) => {
  await page.goto('/Films/')
  assert.equal((await names(page)).filter(name => /poster/.test(name)).length, 0)
  assert.match(await text(page, '.sidenote'), /^4 posters/)
  await page.goto('/Films/?as=list')
  assert.equal((await names(page)).filter(name => /poster/.test(name)).length, 3)
})

test('the strip has what was begun here and below, newest first, and forgets it', async ({ page }) => {
  await page.goto('/')
  await remember(page, {
    '/Harbour%20Lights%20(1957).mp4': position(754, 5320, 5),
    '/Films/a/Odd%26%2B%20%E9.mkv': position(100, 1000, 9),
    '/Kelp%20(2020).webm': position(60, 3000, 7),
    '/Films/x.mkv': position(70, 3000, 4),
    '/Films/y.mkv': position(70, 3000, 3),
    '/gone.mkv': position(70, 3000, 99),
    '/Films/end.mkv': position(2990, 3000, 97)
  })
  await page.reload()
  const links = await page.$$eval('.again li a', links => links.map(link => link.getAttribute('href')))
  assert.deepEqual(links, ['./Films/a/?open=Odd%26%2B%20%E9.mkv', './?open=Kelp%20(2020).webm',
    './?open=Harbour%20Lights%20(1957).mp4', './Films/?open=x.mkv'])
  assert.equal(await text(page, '.again li:nth-child(3)'), 'Harbour Lights (1957).mp41:16:06 left')
  assert.equal(await text(page, '.acts .go span'), 'Go on: Kelp (2020)')
  assert.equal(await attribute(page, '.acts .go', 'value'), 'Kelp (2020).webm')
  assert.deepEqual(await texts(page, 'tr.on .l'), ['1:16:06 left', '49:00 left'])

  await page.click('.again li:nth-child(2) button')
  assert(!('/Kelp%20(2020).webm' in await remembered(page)))
  assert.equal(await text(page, '.acts .go span'), 'Go on: Harbour Lights (1957)')
  assert.deepEqual(await texts(page, 'tr.on .l'), ['1:16:06 left'])
  for (let left = 4; left > 0; left--) await page.click('.again li:first-of-type button')
  assert(await page.isHidden('.again'))
  assert.equal(await text(page, '.acts .go span'), 'Play all')
})

test('a position of another version of the file is dropped', async ({ page }) => {
  await page.goto('/Music/')
  await remember(page, { '/Music/01%20Slack%20Water.mp3': position(400, 1500, 5, 'old') })
  await page.reload()
  assert.equal(await page.locator('tr.on').count(), 0)
  assert.deepEqual(await remembered(page), {})
})

test('arrows, Home and End walk through the list and the grid', async ({ page }) => {
  await page.goto('/')
  const all = await names(page)
  await page.focus('tbody tr:nth-child(1) a')
  await press(page, 'ArrowDown', 'ArrowDown')
  assert.equal(await focused(page), all[2])
  await press(page, 'End')
  assert.equal(await focused(page), all.at(-1))
  await press(page, 'Home')
  assert.equal(await focused(page), all[0])
  await page.goto('/Films/')
  await page.focus('tbody tr:nth-child(1) .n a')
  await press(page, 'ArrowRight')
  assert.equal(await focused(page), (await names(page))[1])
})

test('single letters open the keys and go up, and the switch turns them off', async ({ page }) => {
  const areOpen = () => page.$eval('#keys', keys => keys.open)
  await page.goto('/Films/')
  await press(page, '?')
  assert(await areOpen())
  await page.uncheck('#single')
  await press(page, 'Escape', '?')
  assert(!await areOpen())
  await page.reload()
  assert(!await page.isChecked('#single'), 'it is remembered')
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  await press(page, 'u')
  await page.waitForURL('/')
})

test('Escape closes the menu and gives the focus back, and the list rests meanwhile', async ({ page }) => {
  await page.goto('/')
  await page.click('.menu summary')
  await until(page, () => document.querySelector('table.ls').inert)
  await press(page, 'Escape')
  assert(!await page.$eval('.menu', menu => menu.open))
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'SUMMARY')
  await until(page, () => !document.querySelector('table.ls').inert)
})

test('the menu copies the address of the playlist, with and without a clipboard', async ({ page, context, origin }) => {
  await allowCopying(context)
  await page.goto('/')
  await page.click('.menu summary')
  await page.click('.menu [data-copy]')
  await waitToHear(page, 'Copied')
  assert.equal(await clipboard(page), origin + '/?get=m3u')
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined })
    document.execCommand = () => { window.copied = document.activeElement.value; return true }
  })
  await page.click('.menu [data-copy]')
  assert.equal(await page.evaluate(() => window.copied), origin + '/?get=m3u')
})

test('the menu downloads the playlists and the list', async ({ page }) => {
  for (const [form, start] of [['m3u', /^#EXTM3U\n/], ['xspf', /^<\?xml/], ['json', /^[[{]/]]) {
    await page.goto('/')
    const asked = page.waitForRequest(request => request.url().endsWith('?get=' + form))
    await page.click('.menu summary')
    await page.click(`.menu [value=${form}]`)
    await asked
    const response = await page.request.get('/?get=' + form)
    assert.match(await response.text(), start)
  }
})

test('the table keeps its roles', async ({ page }) => {
  await page.goto('/')
  const roles = await page.$$eval('.ls tbody tr:first-child > *', cells => cells.map(cell => cell.getAttribute('role')))
  assert.deepEqual(roles, ['rowheader', 'cell', 'cell', 'cell', 'cell'])
  const columns = await page.locator('.ls thead th').count()
  assert.equal(await page.locator('.ls thead [role=columnheader]').count(), columns)
})

test('an empty folder says so, and leads up', async ({ page }) => {
  await page.goto('/empty/')
  assert.match(await text(page, '.say'), /This folder is empty/)
  assert.equal(await page.locator('.menu, .seg').count(), 0, 'nothing to download or to look at')
  await page.click('.say a')
  await page.waitForURL('/')
})

test('each part of the path leads to its folder', async ({ page }) => {
  await page.goto('/one/two/three/')
  assert.deepEqual(await texts(page, '.crumbs li'), ['Start folder', 'one', 'two', 'three'])
  await page.click('.crumbs a >> nth=1')
  await page.waitForURL('/one/')
  await page.goto('/one/two/three/')
  await page.click('a.mark')
  await page.waitForURL('/')
})

test('a README is shown below the list, without its markup of HTML', async ({ page }) => {
  await page.goto('/')
  assert.equal(await text(page, '.prose h2'), 'Tides')
  assert.equal(await page.locator('.prose script, .prose [onerror]').count(), 0)
  assert.equal(await page.locator('.prose a[href^="javascript" i], .prose a[href^="data" i]').count(), 0)
})

test('a page without any of what the scripts look for raises no error', async ({ page }) => {
  await page.goto('/')
  await page.evaluate(() => {
    document.querySelectorAll('table, .find, .seg, .none, #say, .again, .acts, a.mark, #lb, #keys')
      .forEach(element => element.remove())
    window.porthole.setUp()
  })
  await press(page, '/', 'v', 'u', '?', 'ArrowDown')
})
