// A folder of music: its bar plays on while one walks through other folders.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { addLink, has, isSame, mark, name, press, text, until, untilLoadedAnew } from './support/page.mjs'
import { openFilm } from './support/film.mjs'
import { remembered } from './support/positions.mjs'

const SECOND = '02 Half-Tide Rock.flac'

const isPaused = page => page.evaluate(() => window.porthole.deck.media.paused)
const track = page => page.evaluate(() =>
  decodeURIComponent(window.porthole.deck.media.src.replace(/.*\//, '')))
const untilPlaying = page => until(page, () => !window.porthole.deck.media.paused)
const untilTitled = (page, words) => until(page, words => document.title.includes(words), words)
const seek = (page, seconds) => page.evaluate(seconds => {
  const { media } = window.porthole.deck
  media.currentTime = seconds < 0 ? media.duration + seconds : seconds
}, seconds)
const untilLong = (page, seconds) => until(page, seconds => window.porthole.deck.media.duration > seconds, seconds)
// A click that does not scroll to what it clicks.
const follow = (page, selector) => page.$eval(selector, link => link.click())

async function play(page, file = SECOND, folder = '/Music/') {
  await page.goto(folder)
  await name(page, file).click()
  await untilPlaying(page)
  await mark(page)
}

test('a click on a track plays it and another pauses it, and row, bar and lock screen say so', async ({ page }) => {
  await play(page)
  assert.equal(await track(page), SECOND)
  assert.equal(await text(page, '.now b'), SECOND)
  assert(await has(page, `tr:has(a[href^="02"])`, 'here'))
  assert.match(page.url(), /\/Music\/$/)
  assert.equal(await page.evaluate(() => navigator.mediaSession.metadata.album), 'Music')
  await name(page, SECOND).click()
  assert(await isPaused(page))
})

test('the bar begins with the first track, and its buttons and n go on', async ({ page }) => {
  await page.goto('/Music/')
  await page.click('.now [data-do=toggle]')
  await untilPlaying(page)
  assert.equal(await track(page), '01 Slack Water.mp3')
  await press(page, 'n')
  assert.equal(await track(page), SECOND)
  await page.click('.now [data-do=next]')
  assert.equal(await track(page), '03 Neap.opus')
  await page.click('[data-all]')
  assert.equal(await track(page), '01 Slack Water.mp3')
})

test('the next track is loaded before the end of this one, and takes its turn', async ({ page, requests }) => {
  const isAsked = () => requests.some(url => /03%20Neap\.opus$/.test(url))
  await play(page)
  await untilLong(page, 20)
  assert(!isAsked())
  await page.evaluate(() => { window.before = window.porthole.deck.media })
  const asked = page.waitForRequest(/03%20Neap\.opus$/)
  await seek(page, 15)
  await asked
  await seek(page, -0.4)
  await until(page, () => /Neap/.test(window.porthole.deck.media.src) && !window.porthole.deck.media.paused)
  assert(await page.evaluate(() => window.porthole.deck.media !== window.before))
  assert.equal(await text(page, '.now b'), '03 Neap.opus')
})

test('it plays on through other folders, and Back brings page, place and mark back', { viewport: { width: 1440, height: 500 } }, async ({ page }) => {
  await play(page)
  await addLink(page, '/Photos/')
  await page.evaluate(() => scrollTo(0, 150))
  await until(page, () => scrollY > 0 && (history.state || {}).scroll === scrollY)
  const place = await page.evaluate(() => scrollY)
  await follow(page, '#added')
  await untilTitled(page, 'Photos')
  assert(await isSame(page))
  assert(!await isPaused(page))
  assert.match(page.url(), /\/Photos\/$/)
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main')
  assert.equal(await page.evaluate(() => scrollY), 0)
  assert.match(await page.evaluate(() => document.body.className), /wide/)

  await name(page, 'IMG_2042.jpg').click()
  await until(page, () => document.querySelector('#lb').open)
  await page.goBack()
  await until(page, () => !document.querySelector('#lb').open)
  assert.match(await page.title(), /Photos/)
  await page.goBack()
  await untilTitled(page, 'Music')
  await until(page, place => Math.abs(scrollY - place) < 5, place)
  assert(await has(page, `tr:has(a[href^="02"])`, 'here'))
  await page.goForward()
  await untilTitled(page, 'Photos')
  assert(!await isPaused(page))
  await press(page, 'n')
  assert.equal(await track(page), '03 Neap.opus')
  assert(await isSame(page))
})

test('sorting and filtering go on, and so does the cover’s link home', async ({ page }) => {
  await play(page)
  await page.click('.ls thead .d button')
  await until(page, () => /sort=/.test(location.search))
  await page.fill('#q', 'tide')
  await press(page, 'Enter')
  await until(page, () => /q=tide/.test(location.search))
  await page.click('.now a[data-home]')
  await until(page, () => !location.search)
  assert(await isSame(page))
  assert(!await isPaused(page))
})

test('another album takes over when one of its tracks is begun, not before', async ({ page }) => {
  await play(page)
  await page.click('a[href="Second/"]')
  await untilTitled(page, 'Second')
  assert.equal(await text(page, '.now b'), SECOND)
  await press(page, 'n')
  assert.equal(await track(page), '03 Neap.opus')
  await name(page, '04 Undertow.opus').click()
  assert.equal(await track(page), '04 Undertow.opus')
  assert.equal(await text(page, '.now .what span'), 'Second')
  assert(await isSame(page))
})

test('a page that can not be fetched, or has a player of its own, is opened in the ordinary way', async ({ page }) => {
  await play(page)
  await page.route('**/Photos/', (route, request) =>
    request.isNavigationRequest() ? route.continue() : route.fulfill({ status: 503, contentType: 'text/html', body: '' }))
  await addLink(page, '/Photos/')
  await follow(page, '#added')
  await page.waitForURL(/\/Photos\/$/)
  await untilLoadedAnew(page)
  await play(page)
  await addLink(page, '/?open=Kelp+(2020).webm')
  await follow(page, '#added')
  await page.waitForSelector('#stage')
  await untilLoadedAnew(page)
})

test('with nothing begun, links are links', async ({ page }) => {
  await page.goto('/Music/')
  await mark(page)
  await page.click('.crumbs a >> nth=-1')
  await page.waitForURL('/')
  await untilLoadedAnew(page)
})

test('long tracks keep their place, songs do not', async ({ page }) => {
  await play(page, '12 High Water, Full and Change.opus', '/Music/Second/')
  await untilLong(page, 900)
  await seek(page, 400)
  await until(page, () => localStorage.getItem('porthole.at'))
  await press(page, 'p')
  assert.equal(await track(page), '04 Undertow.opus')
  await seek(page, 29)
  assert.deepEqual(Object.keys(await remembered(page)), ['/Music/Second/12%20High%20Water,%20Full%20and%20Change.opus'])
})

test('music is not played at the speed of the last film', async ({ page }) => {
  await openFilm(page)
  await press(page, ']')
  await until(page, () => localStorage.getItem('porthole.rate') === '1.25')
  await play(page)
  assert.equal(await page.evaluate(() => window.porthole.deck.media.playbackRate), 1)
})
