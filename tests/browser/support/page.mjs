// What tests do with a page, and see on it.

// Waits until a function of the page is true.
export const until = (page, condition, argument) =>
  page.waitForFunction(condition, argument, { polling: 50 })

export async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key)
}

export const text = (page, selector) => page.$eval(selector, element => element.textContent)
export const texts = (page, selector) =>
  page.$$eval(selector, elements => elements.map(element => element.textContent))
// Texts of what is laid out.
export const shown = (page, selector) => page.$$eval(selector, elements =>
  elements.filter(element => element.offsetParent).map(element => element.textContent))
export const has = (page, selector, className) =>
  page.$eval(selector, (element, name) => element.classList.contains(name), className)
export const attribute = (page, selector, name) => page.getAttribute(selector, name)

export const focused = page => page.evaluate(() => document.activeElement.textContent)
// What screen readers hear.
export const said = page => text(page, '#say')
export const waitToHear = (page, words) =>
  until(page, words => document.querySelector('#say').textContent === words, words)

// The link of a row, by the name of its file.
export const name = (page, text) => page.locator('.ls .n a', { hasText: text })
export const names = page => shown(page, '.ls tbody .n a')

// A page that scripts put in place keeps its window; one that is loaded has another.
export const mark = page => page.evaluate(() => { window.isSame = true })
export const isSame = page => page.evaluate(() => window.isSame === true)
export const untilLoadedAnew = page => until(page, () => window.isSame === undefined)

// Adds a link to what is shown, for walks that the folders do not offer.
export const addLink = (page, href) => page.evaluate(href => {
  const link = document.createElement('a')
  Object.assign(link, { href, id: 'added', textContent: 'added' })
  document.querySelector('main').prepend(link)
}, href)

export const allowCopying = context => context.grantPermissions(['clipboard-read', 'clipboard-write'])
export const clipboard = page => page.evaluate(() => navigator.clipboard.readText())
