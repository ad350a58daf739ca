// Pages on a television: everything by arrows and OK.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { focused, has, names, press, until } from './support/page.mjs'
import { FILM, isPaused, openFilm, seconds, wholeSeconds } from './support/film.mjs'

const TV = { viewport: { width: 1920, height: 1080 } }

test('the first name has the focus, and arrows go to what is nearest', TV, async ({ page }) => {
  await page.goto('/Films/?tv=1')
  const all = await names(page)
  assert.equal(await focused(page), all[0])
  await press(page, 'ArrowRight')
  assert.equal(await focused(page), all[1])
  await press(page, 'ArrowUp')
  const isAbove = await page.evaluate(() => {
    const { activeElement } = document
    return activeElement !== document.body && !activeElement.matches('.n a')
  })
  assert(isAbove)
})

test('a television is known by its name', { ...TV, userAgent: 'Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) Chrome/76' }, async ({ page }) => {
  await page.goto('/')
  assert(await has(page, 'html', 'tv'))
})

test('what a visitor says about a television is kept for a year, for every page', async ({ page, context, origin }) => {
  const isTv = () => has(page, 'html', 'tv')
  for (const [query, value] of [['tv=1', '1'], ['tv=0', '0'], ['sort=size&tv=0&tv=1', '1']]) {
    await page.goto('/Films/?' + query)
    assert.equal(await isTv(), value === '1', query)
    const [{ name, path, sameSite, expires, ...kept }] = await context.cookies(origin)
    assert.deepEqual([name, kept.value, path, sameSite], ['porthole_tv', value, '/', 'Lax'])
    assert(expires > Date.now() / 1000 + 3e7, 'for a year')
    for (const address of ['/', FILM, '/?open=tide.rs', '/missing']) {
      await page.goto(address)
      assert.equal(await isTv(), value === '1', address)
    }
  }
  await context.clearCookies()
  await page.goto('/?tv=x')
  assert.deepEqual(await context.cookies(origin), [])
})

test('in the player arrows jump and go to the controls, and OK turns a choice', TV, async ({ page }) => {
  const isOn = selector => page.evaluate(selector => document.activeElement.matches(selector), selector)
  await openFilm(page, FILM + '&tv=1')
  await press(page, 'ArrowRight')
  assert.equal(await wholeSeconds(page), 10)
  await press(page, 'ArrowDown')
  assert(await isOn('.play'))
  await press(page, 'ArrowRight')
  assert(await isOn('[data-do=next]'))
  await press(page, 'ArrowUp')
  assert(await isOn('.seek'))
  await press(page, 'ArrowRight')
  assert.equal(await wholeSeconds(page), 20)
  await page.$eval('.subs', choice => choice.focus({ preventScroll: true }))
  await press(page, 'Enter')
  assert.equal(await page.inputValue('.subs'), '0')
  assert.equal(await page.evaluate(() => scrollY), 0)
})

test('the keys of a remote play and jump', TV, async ({ page }) => {
  const send = code => page.evaluate(code =>
    document.body.dispatchEvent(new KeyboardEvent('keydown', { keyCode: code, key: 'x', bubbles: true })), code)
  await openFilm(page, FILM + '&tv=1')
  await send(415)
  await until(page, () => !document.querySelector('#v').paused)
  await send(417)
  assert(await seconds(page) >= 10)
  await send(19)
  assert(await isPaused(page))
})

test('what cannot be played has its buttons under the arrows', TV, async ({ page }) => {
  await page.goto('/?open=Old+reel.avi&tv=1')
  await press(page, 'ArrowDown')
  assert.equal(await focused(page), 'Try all the same')
  await press(page, 'ArrowLeft')
  assert.equal(await focused(page), 'Playlist')
})
