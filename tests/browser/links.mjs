// The page of a film that has a link of its own. The address of the group is that page.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { press, said, texts, until } from './support/page.mjs'
import { isPaused, openFilm, seconds, seek } from './support/film.mjs'

test('a film plays, is sought in and has its subtitles', async ({ page, address }) => {
  const refused = []
  page.on('response', response => {
    if (response.status() >= 400) refused.push(response.status() + ' ' + response.url())
  })
  await openFilm(page, address)
  await page.click('.big')
  await until(page, () => document.querySelector('#v').currentTime > 0.2)
  await seek(page, 500)
  await until(page, () => document.querySelector('#v').currentTime > 500.2)
  assert(!await isPaused(page))
  assert(await seconds(page) < 520)
  assert.deepEqual(await texts(page, '.subs option'), ['No subtitles', 'English', 'Norsk'])
  await press(page, 'c')
  assert.equal(await said(page), 'English')
  await until(page, () => {
    const { cues } = document.querySelector('#v').textTracks[0]
    return cues && cues.length === 2
  })
  assert.deepEqual(refused, [])
})

test('nothing on the page leads to what the link does not open', async ({ page, context, address }) => {
  await openFilm(page, address)
  assert.equal(await page.locator('.queue li').count(), 1)
  assert.equal(await page.locator('.crumbs a').count(), 0)
  const links = await page.$$eval('a[href]', all => all.map(link => link.href))
  const found = links.filter(link => /^http/.test(link))
  assert(found.length > 0)
  for (const link of found) {
    const response = await context.request.head(link)
    assert.equal(response.status(), 200, link)
  }
  await page.click('.crumbs')
  await press(page, 'u')
  assert.equal(page.url(), address)
})
