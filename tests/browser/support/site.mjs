// Every kind of page that the server has, by what it is.
import { press } from './page.mjs'
import { FILM, SEASON, SHORT, openFilm, playToTheEnd } from './film.mjs'

export const PAGES = {
  'folder': '/',
  'folder as a grid': '/?as=grid',
  'folder with a filter': '/?q=tide',
  'folder without a match': '/?q=zzz',
  'empty folder': '/empty/',
  'folder within folders': '/one/two/three/',
  'pictures': '/Photos/',
  'pictures as a list': '/Photos/?as=list',
  'films': '/Films/',
  'films as a list': '/Films/?as=list',
  'season': SEASON,
  'album': '/Music/',
  'film': FILM,
  'film that cannot be played': '/?open=Old+reel.avi',
  'track': '/Music/?open=02+Half-Tide+Rock.flac',
  'source': '/?open=tide.rs',
  'prose': '/Papers/?open=notes.txt',
  'Markdown': '/Papers/?open=tides.md',
  'long text': '/Papers/?open=harbour.log',
  'message': '/missing',
  'names that are markup': '/names/files/',
  'folders that are markup': '/names/folders/',
  'pictures that are markup': '/names/pictures/',
  'long name': '/Papers/'
}

const open = address => page => page.goto(address)

// States that a page has after something was done, by how to get there.
export const STATES = {
  ...Object.fromEntries(Object.entries(PAGES).map(([kind, address]) => [kind, open(address)])),
  'menu': async page => {
    await page.goto('/')
    await page.click('.menu summary')
  },
  'keys': async page => {
    await page.goto(FILM)
    await press(page, '?')
  },
  'picture view': async page => {
    await page.goto('/Photos/?open=IMG_2042.jpg')
    await page.waitForSelector('#lb[open]')
  },
  'nothing found': async page => {
    await page.goto('/')
    await page.fill('#q', 'zzz')
  },
  'strip of what was begun': async page => {
    await page.goto('/Films/')
    await page.evaluate(() => localStorage.setItem('porthole.at', JSON.stringify({
      '/Kelp%20(2020).webm': { position: 900, length: 3126, saved: 7 },
      '/Harbour%20Lights%20(1957).mp4': { position: 754, length: 2550, saved: 9 }
    })))
    await page.goto('/')
  },
  'question to resume': async page => {
    await page.goto('/Films/')
    await page.evaluate(path => localStorage.setItem('porthole.at', JSON.stringify({
      [path]: { position: 754, length: 900, saved: 9 }
    })), SEASON + 'Northern%20Watch%20S02E04%20Skarv.mkv')
    await openFilm(page)
  },
  'card of the next film': async page => {
    await openFilm(page, SHORT)
    await playToTheEnd(page)
    await page.waitForSelector('.pop.next', { state: 'visible' })
  },
  'film with subtitles': async page => {
    await openFilm(page)
    await press(page, 'c')
  },
  'album that plays': async page => {
    await page.goto('/Music/')
    await page.click('[data-all]')
  },
  'television': open('/Films/?tv=1'),
  'film on a television': open(FILM + '&tv=1')
}
