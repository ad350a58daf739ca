// The page of a film: controls, keys, what is remembered, what comes next.
import assert from 'node:assert/strict'
import { test } from './support/tests.mjs'
import { allowCopying, attribute, clipboard, has, isSame, mark, press, said, text, texts, until, untilLoadedAnew, waitToHear } from './support/page.mjs'
import { FILM, SEASON, SHORT, SKARV, WITH_CHAPTERS, isPaused, openFilm, playToTheEnd, ready, seconds, seek, tag, wholeSeconds } from './support/film.mjs'
import { position, remember, remembered } from './support/positions.mjs'

const untilPlaying = page => until(page, () => !document.querySelector('#v').paused)
const untilAt = (page, seconds) => until(page, seconds =>
  Math.abs(document.querySelector('#v').currentTime - seconds) < 1, seconds)
const untilTitled = (page, words) => until(page, words => document.title.includes(words), words)
const nextCard = page => page.waitForSelector('.pop.next', { state: 'visible' })

test('with a mouse there are own controls, and keys play and jump', async ({ page }) => {
  await openFilm(page)
  assert(await has(page, '#stage', 'own'))
  assert.equal(await page.$eval('#v', film => film.controls), false)
  await page.click('.big')
  await until(page, () => document.querySelector('#v').currentTime > 0.2)
  await press(page, 'k')
  assert(await isPaused(page))
  const jumps = [['0', 0], ['l', 10], ['l', 20], ['j', 10], ['ArrowRight', 15],
    ['Shift+ArrowRight', 75], ['ArrowLeft', 70], ['5', 450], ['Home', 0]]
  for (const [key, expected] of jumps) {
    await press(page, key)
    assert.equal(await wholeSeconds(page), expected, key)
  }
  await press(page, 'ArrowLeft')
  assert.equal(await said(page), '−5 s')
  await press(page, 'Space')
  assert(!await isPaused(page))
})

test('single frames are steps of 1/25 s, or of what the page says', async ({ page }) => {
  await openFilm(page)
  const at = async () => (await seconds(page)).toFixed(2)
  await press(page, '.', '.')
  assert.equal(await at(), '0.08')
  await press(page, ',')
  assert.equal(await at(), '0.04')
  await page.$eval('#v', film => { film.dataset.fps = 50 })
  await press(page, '.')
  assert.equal(await at(), '0.06')
})

test('the speed has keys, and is remembered with the loudness', async ({ page }) => {
  const rate = () => page.$eval('#v', film => film.playbackRate)
  await openFilm(page)
  for (const [keys, expected] of [[['>', ']'], 1.5], [['<', '['], 1], [['['], 0.75], [['Backspace'], 1]]) {
    await press(page, ...keys)
    assert.equal(await rate(), expected, keys.join(' '))
  }
  await press(page, ']', 'ArrowDown', 'ArrowDown', 'm')
  await until(page, () => /true/.test(localStorage.getItem('porthole.vol')))
  await until(page, () => localStorage.getItem('porthole.rate') === '1.25')
  await page.reload()
  await ready(page)
  const kept = await page.$eval('#v', film => [film.playbackRate, Math.round(film.volume * 100), film.muted])
  assert.deepEqual(kept, [1.25, 90, true])
  assert.equal(await page.inputValue('.speed'), '1.25')
})

test('b repeats from a first place to a second, and ends it', async ({ page }) => {
  await openFilm(page)
  await press(page, 'l', 'b')
  assert.equal(await said(page), 'A–B 0:10')
  assert(await has(page, '.seek', 'ab'))
  await press(page, 'l', 'b')
  assert.equal(await said(page), 'A–B 0:10–0:20')
  await page.$eval('#v', film => { film.currentTime = 19.5; return film.play() })
  await until(page, () => {
    const { currentTime } = document.querySelector('#v')
    return currentTime > 10 && currentTime < 12
  })
  await press(page, 'k', 'b')
  assert.equal(await said(page), 'A–B –')
  assert(!await has(page, '.seek', 'ab'))
})

test('page keys go to chapters, or ten minutes without any', async ({ page }) => {
  await openFilm(page)
  await press(page, 'PageUp')
  assert.equal(await wholeSeconds(page), 600)
  await press(page, 'PageDown')
  assert.equal(await wholeSeconds(page), 0)
  await openFilm(page, WITH_CHAPTERS)
  await until(page, () => [...document.querySelector('#v').textTracks]
    .some(track => track.kind === 'chapters' && track.cues && track.cues.length === 3))
  assert(await page.isHidden('.subs'), 'chapters are no subtitles')
  for (const [key, expected] of [['PageUp', 200], ['PageUp', 500], ['PageDown', 200]]) {
    await press(page, key)
    assert.equal(await wholeSeconds(page), expected, key)
  }
  assert.equal(await said(page), 'Open sea')
})

test('subtitles of the folder are chosen by c and v, moved by g and h, and sized', async ({ page }) => {
  const cue = (track, n) => page.$eval('#v', (film, [track, n]) =>
    film.textTracks[track].cues[n].startTime.toFixed(1), [track, n])
  const untilCues = track => until(page, track => {
    const { cues } = document.querySelector('#v').textTracks[track]
    return cues && cues.length === 2
  }, track)
  await openFilm(page)
  assert.deepEqual(await texts(page, '.subs option'), ['No subtitles', 'English', 'Norsk'])
  assert(await page.isHidden('.cue-size'))
  await press(page, 'c')
  assert.equal(await said(page), 'English')
  assert(await page.isVisible('.cue-size'))
  await untilCues(0)
  await press(page, 'h', 'h', 'h', 'g')
  assert.equal(await said(page), '+0.2 s')
  assert.equal(await cue(0, 0), '1.2')
  await press(page, 'v')
  assert.equal(await said(page), 'Norsk')
  // Cues that load later are moved as well.
  await untilCues(1)
  await until(page, () => document.querySelector('#v').textTracks[1].cues[0].startTime.toFixed(1) === '1.2')
  await page.selectOption('.cue-size', '150')
  assert(await has(page, '#stage', 'cue-150'))
  await page.focus('#main')
  await press(page, 'c')
  assert.equal(await said(page), 'No subtitles')
  await page.reload()
  await ready(page)
  assert(await has(page, '#stage', 'cue-150'), 'it is remembered')
})

test('the position is kept while playing and on leaving, and dropped at the end', async ({ page }) => {
  await openFilm(page)
  const expected = { length: 900, tag: await tag(page) }
  await page.$eval('#v', film => { film.currentTime = 100; film.playbackRate = 8; return film.play() })
  await until(page, () => localStorage.getItem('porthole.at'))
  const { length, tag: kept, saved } = (await remembered(page))[SKARV]
  assert.deepEqual({ length, tag: kept }, expected)
  assert(Math.abs(Date.now() - saved) < 60_000)
  await page.$eval('#v', film => film.pause())
  await seek(page, 321)
  await page.goto('/Films/')
  assert.equal((await remembered(page))[SKARV].position, 321)
  await openFilm(page)
  await seek(page, 880)
  await page.goto('/Films/')
  assert.deepEqual(await remembered(page), {})
})

test('the newest 200 positions are kept', async ({ page }) => {
  await page.goto('/Films/')
  await remember(page, Object.fromEntries(Array.from({ length: 230 }, (_, n) => ['/x' + n, position(100, 1000, n)])))
  await page.evaluate(() => window.porthole.positions.save('/new', 100, 1000, 't'))
  const kept = Object.keys(await remembered(page))
  assert.equal(kept.length, 200)
  assert(kept.includes('/new') && kept.includes('/x229') && !kept.includes('/x30'))
})

test('it asks whether to resume and never jumps, and Space says yes', async ({ page }) => {
  await page.goto('/Films/')
  await remember(page, { [SKARV]: position(754, 900) })
  await openFilm(page)
  assert.equal(await seconds(page), 0)
  assert.equal(await text(page, '.resume b'), '12:34')
  assert(await page.isVisible('.resume'))
  await press(page, 'Space')
  await until(page, () => document.querySelector('#v').currentTime >= 754)
  assert(await page.isHidden('.resume'))
  await page.reload()
  await ready(page)
  await page.click('[data-do=over]')
  await until(page, () => !document.querySelector('#v').paused && document.querySelector('#v').currentTime < 5)
})

for (const [what, record, left] of [
  ['of another version of the file', position(300, 900, 1, 'old'), 0],
  ['in the last minute', position(850, 900), 1],
  ['in the first half minute', position(20, 900), 1]
]) {
  test(`a position ${what} is not offered`, async ({ page }) => {
    await page.goto('/Films/')
    await remember(page, { [SKARV]: record })
    await openFilm(page)
    assert(await page.isHidden('.resume'))
    assert.equal(Object.keys(await remembered(page)).length, left)
  })
}

for (const [moment, expected] of [['#t=75', 75], ['#t=1:02', 62], ['#t=0:10:03', 603]]) {
  test(`a link to ${moment} goes there without a question`, async ({ page }) => {
    await page.goto('/Films/')
    await remember(page, { [SKARV]: position(754, 900) })
    await page.goto(FILM + moment)
    await untilAt(page, expected)
    assert(await page.isHidden('.resume'))
  })
}

test('a link to a part stops at its end, and another moment in the address goes there', async ({ page }) => {
  await page.goto(FILM + '#t=10,11')
  await untilAt(page, 10)
  await page.$eval('#v', film => film.play())
  await until(page, () => document.querySelector('#v').paused && document.querySelector('#v').currentTime >= 11)
  assert(await seconds(page) < 12)
  await page.evaluate(() => { location.hash = '#t=99' })
  await untilAt(page, 99)
})

test('the link to this moment and the address of the file are copied', async ({ page, context, origin }) => {
  await allowCopying(context)
  await page.goto(FILM + '#t=62')
  await untilAt(page, 62)
  await page.click('.deck [data-do=at]')
  await waitToHear(page, 'Copied')
  assert.equal(await clipboard(page), origin + FILM + '#t=62')
  await page.evaluate(() => { document.querySelector('#say').textContent = '' })
  await page.click('.deck [data-copy$=".mkv"]')
  await waitToHear(page, 'Copied')
  assert.equal(await clipboard(page), origin + SKARV)
})

test('the next film takes the place of this one, in full screen, and Back brings it back', async ({ page }) => {
  await openFilm(page)
  await mark(page)
  await press(page, 'c', 'f')
  await until(page, () => document.fullscreenElement)
  await until(page, () => document.querySelector('[data-do=full]').title === 'Leave full screen')
  await press(page, 'Shift+N')
  await untilTitled(page, 'What the Tide')
  await untilPlaying(page)
  assert(await page.evaluate(() => window.isSame && !!document.fullscreenElement))
  assert.match(page.url(), /open=Northern(\+|%20)Watch(\+|%20)S02E05/)
  for (const part of ['.queue [aria-current]', '.about h1', '.crumbs']) {
    assert.match(await text(page, part), /S02E05/, part)
  }
  assert.match(await page.$eval('#v', film => film.currentSrc), /S02E05/)
  assert(await page.$$eval('.about [data-js]', buttons => buttons.every(button => !button.hidden)))
  await press(page, 'p')
  await untilTitled(page, 'Skarv')
  await until(page, () => document.querySelector('#v').textTracks[0].mode === 'showing')
  await press(page, 'f')
  await page.goBack()
  await untilTitled(page, 'What the Tide')
  assert(await isSame(page))
  assert.equal(await page.locator('.queue [aria-current]').count(), 1)
})

test('a film of the queue opens in place, and in the ordinary way when that fails', async ({ page }) => {
  await openFilm(page)
  await mark(page)
  await page.click('.queue li:nth-child(1) a')
  await untilTitled(page, 'Keeper')
  assert(await isSame(page))
  assert.notEqual(await attribute(page, '.queue li:nth-child(1) a', 'aria-current'), null)
  await page.evaluate(() => { window.fetch = () => Promise.reject(new Error('down')) })
  await page.click('.queue li:nth-child(2) a')
  await page.waitForURL(/S02E02/)
  await untilLoadedAnew(page)
})

test('at the end a card counts down to the next film, stays or plays it, and can be turned off', async ({ page }) => {
  await openFilm(page, SHORT)
  await playToTheEnd(page)
  await nextCard(page)
  assert.match(await text(page, '.next b'), /The Long Night Shift/)
  await until(page, () => document.querySelector('.next i').textContent < 10)
  await page.click('[data-do=stay]')
  assert(await page.isHidden('.pop.next'))
  await playToTheEnd(page)
  await nextCard(page)
  await page.click('[data-do=now]')
  await untilTitled(page, 'S02E07')
  await page.uncheck('#auto')
  await openFilm(page, SHORT)
  assert(!await page.isChecked('#auto'), 'it is remembered')
  await playToTheEnd(page)
  await until(page, () => document.querySelector('#v').ended)
  assert(await page.isHidden('.pop.next'))
})

test('the next film plays by itself when the card has counted down', async ({ page }) => {
  await page.clock.install()
  await openFilm(page, SHORT)
  await playToTheEnd(page)
  await nextCard(page)
  await page.clock.runFor(12_000)
  await untilTitled(page, 'S02E07')
})

test('a format that no browser plays is foretold, with what to do', async ({ page }) => {
  await page.goto('/?open=Old+reel.avi')
  assert(await page.isVisible('.bad'))
  const ways = await page.$$eval('.bad .acts > *', all => all.filter(e => e.offsetParent).map(e => e.textContent))
  assert.deepEqual(ways, ['Download', 'Copy file address', 'Playlist', 'Try all the same'])
  await page.click('.bad [data-do=again]')
  await page.waitForSelector('.bad', { state: 'visible' })
})

test('the page’s own buttons are offered where the message has none', async ({ page }) => {
  await page.goto('/?open=Old+reel.avi')
  await page.evaluate(() => {
    document.querySelector('.bad .acts').remove()
    window.porthole.deck.newFile()
  })
  assert.deepEqual(await texts(page, '.bad .b'), ['Download', 'Copy file address'])
})

test('a file that is broken is said to be, and subtitles that are missing are no failure', async ({ page }) => {
  await page.goto('/?open=Broken.mp4')
  await page.waitForSelector('.bad', { state: 'visible' })
  await openFilm(page)
  await page.$eval('#v', film => new Promise(done => {
    const track = document.createElement('track')
    track.addEventListener('error', done)
    Object.assign(track, { kind: 'subtitles', src: '/missing.vtt' })
    film.append(track)
    track.track.mode = 'showing'
  }))
  assert(await page.isHidden('.bad'))
  await page.$eval('#v', film => {
    const source = document.createElement('source')
    source.src = '/Broken.mp4'
    film.removeAttribute('src')
    film.append(source)
    film.load()
  })
  await page.waitForSelector('.bad', { state: 'visible' })
})

const PHONE = { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } }

test('Firefox is not trusted with Matroska',
  { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0' },
  async ({ page }) => {
    await page.goto(FILM)
    assert(await page.isVisible('.bad'))
  })

test('Android is offered an app for what it cannot play',
  { ...PHONE, userAgent: 'Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile' },
  async ({ page }) => {
    await page.goto('/?open=Old+reel.avi')
    assert(await page.isVisible('[data-app]'))
    assert.match(await attribute(page, '[data-app]', 'href'),
      /^intent:\/\/127\.0\.0\.1:\d+\/Old%20reel\.avi#Intent;action=android\.intent\.action\.VIEW;scheme=http;type=video\/\*;S\.title=Old%20reel;end$/)
  })

test('an iPhone is offered VLC for what it cannot play',
  { ...PHONE, userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari' },
  async ({ page }) => {
    await page.goto('/?open=Old+reel.avi')
    assert.match(await attribute(page, '[data-app]', 'href'), /^vlc-x-callback:\/\/x-callback-url\/stream\?url=http%3A%2F%2F127/)
  })

test('a phone has its browser’s controls, and a row of ours', PHONE, async ({ page }) => {
  await openFilm(page)
  assert(await page.$eval('#v', film => film.controls))
  const ours = await page.$$eval('.ctl > *', all => all.filter(e => e.offsetParent).map(e => e.getAttribute('aria-label')))
  assert.deepEqual(ours, ['Previous', 'Next', 'Subtitles', 'Speed'])
})

test('on a phone the questions leave the controls free', PHONE, async ({ page }) => {
  await page.goto('/Films/')
  await remember(page, { [SKARV]: position(754, 900, 9) })
  await openFilm(page)
  const box = selector => page.$eval(selector, element => element.getBoundingClientRect().toJSON())
  const [question, row, stage] = [await box('.pop.resume'), await box('.ctl'), await box('#stage')]
  assert(question.height > 0 && question.bottom <= row.top && question.top >= stage.top)
})

test('the bar takes one line, with subtitles too', async ({ page }) => {
  await openFilm(page)
  await press(page, 'c')
  for (const width of [768, 991, 1000, 1199, 1200, 1280, 1281, 1440, 1920]) {
    await page.setViewportSize({ width, height: 900 })
    const [shown, lines, beyond] = await page.$eval('.ctl', bar => {
      const all = [...bar.querySelectorAll(':scope > :not(.seek):not(.sp)')].filter(e => e.offsetParent)
      const boxes = all.map(e => e.getBoundingClientRect())
      const middles = boxes.map(({ top, bottom }) => Math.round((top + bottom) / 2))
      const { right } = bar.getBoundingClientRect()
      return [all.length, Math.max(...middles) - Math.min(...middles), boxes.filter(box => box.right > right).length]
    })
    assert(shown >= 10, `${shown} at ${width}`)
    assert(lines < 5 && beyond === 0, `at ${width}`)
  }
})

test('a switch brings the browser’s own controls', async ({ page }) => {
  await page.goto(FILM)
  await page.click('[data-keys]')
  await Promise.all([page.waitForEvent('load'), page.check('#native')])
  assert(await page.$eval('#v', film => film.controls))
  assert(await page.isChecked('#native'))
})

test('the lock screen has a title, a picture, the place and the neighbours', async ({ page, context, origin }) => {
  await context.addInitScript(() => {
    const { mediaSession } = navigator
    window.places = []
    window.handlers = {}
    const tell = mediaSession.setPositionState.bind(mediaSession)
    mediaSession.setPositionState = place => { window.places.push(place); tell(place) }
    const handle = mediaSession.setActionHandler.bind(mediaSession)
    mediaSession.setActionHandler = (action, handler) => { window.handlers[action] = handler; handle(action, handler) }
  })
  await openFilm(page)
  const [title, art] = await page.evaluate(() => {
    const { title, artwork } = navigator.mediaSession.metadata
    return [title, artwork[0].src]
  })
  assert.equal(title, 'Northern Watch S02E04 Skarv')
  assert.equal(art, origin + SKARV.replace('.mkv', '-thumb.jpg'))
  await until(page, () => window.places.some(place => Math.round(place.duration) === 900))
  await page.evaluate(() => window.handlers.seekto({ seekTime: 42 }))
  assert.equal(await seconds(page), 42)
  assert(await page.evaluate(() => !!window.handlers.nexttrack && !!window.handlers.previoustrack))
})

test('the bar rests after three seconds of play, not under a focus that keys brought', async ({ page }) => {
  const rests = () => has(page, '#stage', 'idle')
  await page.clock.install()
  await openFilm(page)
  await page.click('.big')
  await untilPlaying(page)
  await page.clock.runFor(3_100)
  assert(await rests())
  await page.focus('.play')
  await press(page, 'l')
  assert(!await rests())
  await page.clock.runFor(3_100)
  assert(!await rests())
})

test('Space presses the switch that has the focus, and does not play', async ({ page }) => {
  await openFilm(page)
  await page.focus('#auto')
  await press(page, 'Space')
  assert(!await page.isChecked('#auto'))
  assert(await isPaused(page))
})

test('a single track has a page too', async ({ page }) => {
  await page.goto('/Music/?open=02+Half-Tide+Rock.flac')
  await ready(page)
  assert.equal(await text(page, 'h1'), '02 Half-Tide Rock')
  assert.equal(await attribute(page, '#v', 'poster'), 'cover.jpg')
  await press(page, 'k')
  await untilPlaying(page)
  assert(await page.isHidden('.bad'), 'sound has no picture to miss')
})

test('a page without any of what the scripts look for raises no error', async ({ page }) => {
  await page.goto(FILM)
  await page.evaluate(() => {
    document.querySelectorAll('#say, .ctl, .pop, .bad, .osd, .big, .queue, .crumbs, #keys, .deck')
      .forEach(element => element.remove())
    window.porthole.setUp()
  })
  await press(page, 'k', 'b', 'l', 'c', 'n', 'p', '?', 'u', 'm', 'g', 'PageUp', 'f', 'i', '5', '>')
})

test('the queue has the films of the folder in the order of the list', async ({ page }) => {
  await page.goto(SEASON + '?sort=-name&open=Northern+Watch+S02E04+Skarv.mkv')
  const titles = await page.$$eval('.queue li span', all => all.map(title => title.firstChild.textContent))
  assert.equal(titles.length, 8)
  assert.match(titles[0], /S02E08/)
})
