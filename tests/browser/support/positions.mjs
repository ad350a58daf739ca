// How far files were played, as the pages keep it in the browser.

export const position = (seconds, length, saved = 1, tag = undefined) =>
  ({ position: seconds, length, saved, tag })

export const remember = (page, positions) => page.evaluate(positions =>
  localStorage.setItem('porthole.at', JSON.stringify(positions)), positions)

export const remembered = page =>
  page.evaluate(() => JSON.parse(localStorage.getItem('porthole.at') || '{}'))
