// The picture view: a dialog above the folder, with an address of its own.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { attribute, name, press, text, until } from './support/page.mjs'

const untilOpen = page => until(page, () => document.querySelector('#lb').open)
const untilClosed = page => until(page, () => !document.querySelector('#lb').open)
const place = page => text(page, '#lb small')
const picture = '#lb figure img'
const untilDrawn = (page, name) => until(page, name => {
  const picture = document.querySelector('#lb figure img')
  return picture.src.endsWith(name) && picture.naturalWidth > 0
}, name)

async function open(page, picture) {
  await page.goto('/Photos/')
  await name(page, picture).click()
  await untilOpen(page)
}

test('keys turn, the last is followed by the first, and the address names the picture', async ({ page, origin }) => {
  await open(page, 'IMG_2042.jpg')
  assert.equal(await place(page), '2 / 7')
  assert.match(page.url(), /\?open=IMG_2042\.jpg$/)
  const turns = [['ArrowRight', '3 / 7'], ['ArrowLeft', '2 / 7'], ['ArrowLeft', '1 / 7'],
    ['ArrowLeft', '7 / 7'], ['Home', '1 / 7'], ['End', '7 / 7'], [' ', '1 / 7']]
  for (const [key, expected] of turns) {
    await press(page, key)
    assert.equal(await place(page), expected, key)
  }
  assert.equal(await attribute(page, '#lb [download]', 'href'), origin + '/Photos/IMG_2041.jpg')
  await page.click('#lb .nx')
  assert.equal(await place(page), '2 / 7')
  await page.click('#lb .pv')
  assert.equal(await place(page), '1 / 7')
})

test('Back closes the view and gives the focus back, Forward opens it, Escape closes it', async ({ page }) => {
  await open(page, 'IMG_2041.jpg')
  await page.goBack()
  await untilClosed(page)
  assert.match(page.url(), /\/Photos\/$/)
  await until(page, () => document.activeElement.textContent === 'IMG_2041.jpg')
  await page.goForward()
  await untilOpen(page)
  await press(page, 'Escape')
  await untilClosed(page)
  await until(page, () => !location.search)
})

// A browser that is busy draws its next frame after Forward has opened the view again.
test('an end that is told late does not go back from the view that is open since', async ({ page }) => {
  await open(page, 'IMG_2041.jpg')
  const backs = await page.$eval('#lb', box => {
    let backs = 0
    history.back = () => { backs += 1 }
    box.dispatchEvent(new Event('close'))
    delete history.back
    return backs
  })
  assert.equal(backs, 0)
})

test('the address of a picture opens it, and Back leads to its folder', async ({ page }) => {
  await page.goto('/')
  await page.goto('/Photos/?open=IMG_2044.jpg')
  await untilOpen(page)
  assert.equal(await place(page), '4 / 7')
  await page.goBack()
  await untilClosed(page)
  assert.match(page.url(), /\/Photos\/$/)
  await page.goBack()
  await page.waitForURL('/')
})

test('a picture without a preview is shown, and its neighbours are loaded before they are asked for', async ({ page, requests }) => {
  await page.goto('/Photos/')
  assert.equal(await page.locator('tr:has(a[href="IMG_2045.jpg"]) .n img').count(), 0)
  await name(page, 'IMG_2045.jpg').click()
  await untilDrawn(page, 'IMG_2045.jpg')
  for (const neighbour of ['IMG_2044.jpg', 'IMG_2046.jpg']) {
    assert(requests.some(url => url.endsWith(neighbour)), neighbour)
  }
})

test('a picture that cannot be decoded is no end', async ({ page }) => {
  await open(page, 'IMG_2060.heic')
  assert.equal(await text(page, '#lb header p'), 'IMG_2060.heic7 / 7')
  await press(page, 'ArrowRight')
  await untilDrawn(page, 'IMG_2041.jpg')
})

test('the view has what the filter leaves', async ({ page }) => {
  await page.goto('/Photos/')
  await page.fill('#q', '204')
  await name(page, 'IMG_2041.jpg').click()
  await untilOpen(page)
  assert.equal(await place(page), '1 / 6')
})

test('swipes turn, and a swipe down closes', async ({ page }) => {
  await open(page, 'IMG_2042.jpg')
  const swipe = (x, y) => page.$eval(picture, (picture, [x, y]) => {
    const send = (type, dx, dy) => picture.dispatchEvent(new PointerEvent(type,
      { bubbles: true, isPrimary: true, pointerType: 'touch', clientX: 300 + dx, clientY: 300 + dy }))
    send('pointerdown', 0, 0)
    send('pointermove', x, y)
    send('pointerup', x, y)
  }, [x, y])
  await swipe(-120, 0)
  assert.equal(await place(page), '3 / 7')
  await swipe(120, 0)
  assert.equal(await place(page), '2 / 7')
  await swipe(0, 150)
  await untilClosed(page)
})

test('in a browser without dialogs the link is the file', async ({ page, context }) => {
  await context.addInitScript(() => { delete window.HTMLDialogElement })
  await page.goto('/Photos/')
  assert(await page.isHidden('[data-keys]'), 'no button that does nothing')
  await name(page, 'IMG_2042.jpg').click()
  await page.waitForURL(/\/IMG_2042\.jpg$/)
})
