// The player's page, and the films of the folder.
import { until } from './page.mjs'

export const SEASON = '/Northern%20Watch/Season%202/'
export const SKARV = SEASON + 'Northern%20Watch%20S02E04%20Skarv.mkv'
// 900 s, with subtitles.
export const FILM = SEASON + '?open=Northern+Watch+S02E04+Skarv.mkv'
// 10 s, with another film after it.
export const SHORT = SEASON + '?open=Northern+Watch+S02E06+Radio+Silence.mkv'
// 900 s, in three chapters.
export const WITH_CHAPTERS = '/Films/?open=The+Long+Swell+(2019).mkv'

export const ready = page => until(page, () => document.querySelector('#v').readyState >= 2)

export async function openFilm(page, address = FILM) {
  await page.goto(address)
  await ready(page)
}

export const seconds = page => page.$eval('#v', film => film.currentTime)
export const wholeSeconds = async page => Math.round(await seconds(page))
export const isPaused = page => page.$eval('#v', film => film.paused)
export const tag = page => page.$eval('#v', film => film.dataset.tag)

export const seek = (page, to) => page.$eval('#v', (film, to) => new Promise(done => {
  film.addEventListener('seeked', () => done(), { once: true })
  film.currentTime = to
}), to)

export const playToTheEnd = page => page.$eval('#v', film => {
  film.currentTime = film.duration - 0.3
  return film.play()
})
