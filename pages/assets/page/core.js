// porthole: what every page can do with JavaScript that it cannot do without.
//
// It only adds: each page is complete without a script. The scripts hold no words (they stand
// in the HTML, most in data- attributes) and write names as text, never as markup.
// Syntax floor: ES2017 (Chromium 63, Tizen 5, webOS 5). ../README.md lists the hooks that the
// scripts look for; each may be absent.
//
// This part is what the others share: memory, words, copying, menus, dialogs, keys.
(function () {
  'use strict'

  const $ = (selector, root) => (root || document).querySelector(selector)
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector))
  const on = (target, type, listener, options) =>
    target && target.addEventListener(type, listener, options)
  // The element with this selector that an event happened in. Not every target is an element.
  const within = (event, selector) => event.target.closest && event.target.closest(selector)
  const plainClick = event => !event.defaultPrevented && !event.button &&
    !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey
  const canShowDialogs = !!window.HTMLDialogElement
  const tv = document.documentElement.classList.contains('tv')

  // ---- What the browser remembers: localStorage "porthole.*"

  function stored(key, otherwise) {
    try {
      const value = JSON.parse(localStorage.getItem('porthole.' + key))
      return value === null ? otherwise : value
    } catch (e) { return otherwise }
  }
  function store(key, value) {
    try { localStorage.setItem('porthole.' + key, JSON.stringify(value)) } catch (e) { }
  }

  // How far each file was played, by path. A record of another version of the file (its tag
  // differs) would resume at a wrong place: it is dropped.
  const MOST_POSITIONS = 200
  const positions = {
    all: () => stored('at', {}),
    // One form for addresses that mean the same: `(` and `%28`.
    key: path => path.replace(/%2[1789A]/gi, decodeURIComponent),
    of(path, tag) {
      const record = positions.all()[positions.key(path)]
      if (!record || !positions.worth(record.position, record.length)) return null
      if (!tag || !record.tag || record.tag === tag) return record
      positions.forget(path)
      return null
    },
    // Not in the first 30 s, where nobody is lost, nor in the last 3 % or 60 s: the credits.
    worth: (position, length) =>
      position >= 30 && length - position > Math.max(60, length * 0.03),
    save(path, position, length, tag) {
      if (position < 30) return
      if (!positions.worth(position, length)) return positions.forget(path)
      const all = positions.all()
      all[positions.key(path)] = {
        position: Math.round(position), length: Math.round(length), saved: Date.now(), tag
      }
      const newestFirst = Object.keys(all).sort((a, b) => all[b].saved - all[a].saved)
      newestFirst.slice(MOST_POSITIONS).forEach(old => delete all[old])
      store('at', all)
    },
    forget(path) {
      const all = positions.all()
      delete all[positions.key(path)]
      store('at', all)
    }
  }

  // ---- What the server has to know at the next visit: cookies for its whole tree

  // Where the tree begins: the start link knows it, also behind a proxy's prefix.
  function basePath() {
    const mark = $('a.mark')
    return mark ? mark.pathname : '/'
  }
  const YEAR_SECONDS = 31536000
  function setCookie(name, value) {
    document.cookie = name + '=' + value + ';path=' + basePath() +
      ';max-age=' + YEAR_SECONDS + ';samesite=lax'
  }

  // ---- Small things

  function clock(seconds) {
    const s = Math.max(0, Math.round(seconds) || 0)
    const two = n => (n < 10 ? '0' : '') + n
    const hours = Math.floor(s / 3600)
    const minutes = Math.floor(s / 60) % 60
    return (hours ? hours + ':' + two(minutes) : minutes) + ':' + two(s % 60)
  }

  // Puts words into the live region, where screen readers hear them.
  function say(words) {
    const region = $('#say')
    if (region) region.textContent = words
  }

  function make(tag, className, ...children) {
    const element = document.createElement(tag)
    element.className = className
    element.append(...children)
    return element
  }

  // ---- Copy buttons: an address, or the text of the page

  function copied(button) {
    const label = $('span', button)
    const words = label && label.textContent
    say(button.dataset.done || '')
    if (!label || !button.dataset.done || words === button.dataset.done) return
    label.textContent = button.dataset.done
    setTimeout(() => { label.textContent = words }, 1600)
  }
  // Browsers give the clipboard only to HTTPS; a house's server mostly speaks plain HTTP.
  function copyOldWay(text) {
    const before = document.activeElement
    const area = make('textarea', 'vh')
    area.value = text
    ;($('dialog[open]') || document.fullscreenElement || document.body).append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    if (before) before.focus()
    return done ? Promise.resolve() : Promise.reject(new Error('no clipboard'))
  }
  function copy(text) {
    if (!navigator.clipboard) return copyOldWay(text)
    return navigator.clipboard.writeText(text).catch(() => copyOldWay(text))
  }
  // Each row has the end of its line. What browsers make of blocks would have it twice.
  function textOf(element) {
    const rows = $$('.r', element)
    return rows.length ? rows.map(row => row.textContent).join('') : element.innerText
  }
  on(document, 'click', event => {
    const button = within(event, '[data-copy]')
    if (!button) return
    const what = button.dataset.copy
    const text = what[0] === '#' ? textOf($(what)) : new URL(what, location.href).href
    copy(text).then(() => copied(button), () => { })
  })

  // ---- Menus, text, dialogs

  // A menu is light: Escape, a click elsewhere (the sheet does that) or moving on closes it.
  on(document, 'toggle', event => {
    const list = within(event, 'details.menu') && $('table.ls')
    if (list) list.inert = event.target.open
  }, true)
  on(document, 'focusout', event => {
    const menu = within(event, 'details.menu')
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false
  })
  on(document, 'keydown', event => {
    const menu = within(event, 'details.menu[open]')
    if (!menu || event.key !== 'Escape') return
    menu.open = false
    $('summary', menu).focus()
    event.preventDefault()
  })

  on(document, 'click', event => {
    const button = within(event, '[data-wrap]')
    if (button) button.setAttribute('aria-pressed', $('.code').classList.toggle('wrap'))
    if (within(event, '[data-keys]')) showKeys()
    // A click on the dialog itself, not on what it holds, is a click on its backdrop.
    const dialog = within(event, 'dialog')
    if (dialog && (event.target === dialog || within(event, '[data-close]'))) dialog.close()
  })

  function showKeys() {
    const keys = $('#keys')
    if (keys && canShowDialogs && !keys.open) keys.showModal()
  }

  // ---- Keys

  // One switch turns every single-letter key off (WCAG 2.1.4).
  const singleLetters = () => stored('single', true)
  on(document, 'change', event => {
    if (event.target.id === 'single') store('single', event.target.checked)
  })

  const isTyping = event => event.ctrlKey || event.metaKey || event.altKey ||
    /^(textarea|select)$/i.test(event.target.tagName) ||
    (event.target.tagName === 'INPUT' && !/range|checkbox/.test(event.target.type))

  // Arrows go to what is nearest on the screen: a remote needs nothing else.
  function walk(key, root) {
    const dx = { ArrowLeft: -1, ArrowRight: 1 }[key] || 0
    const dy = { ArrowUp: -1, ArrowDown: 1 }[key] || 0
    const here = document.activeElement
    const all = $$('a[href], button, input, select, summary', root).filter(e => e !== here && canFocus(e))
    if (!here || here === document.body) return focusOn($('.ls tbody .n a') || all[0])
    const from = frame(here)
    let best
    let least = Infinity
    all.forEach(element => {
      const to = frame(element)
      const rise = (to.top + to.bottom - from.top - from.bottom) / 2
      const along = dx ? (dx > 0 ? to.left - from.left : from.right - to.right) : rise * dy
      const sameLine = to.bottom > from.top && to.top < from.bottom
      if (along < 4 || (dx && !sameLine)) return
      const aside = dx ? Math.abs(rise)
        : Math.max(0, to.left - from.right, from.left - to.right) + Math.abs(to.left - from.left) * 0.3
      const distance = along + aside * 2
      if (distance < least) { least = distance; best = element }
    })
    return focusOn(best)
  }
  const frame = element =>
    (element.matches('.grid .n a') ? element.closest('tr') : element).getBoundingClientRect()
  const canFocus = element => !element.disabled && !element.classList.contains('skip') &&
    (element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null)
  function focusOn(element) {
    if (!element) return false
    // The stage of a TV fills the screen: scrolling to its bar would cut the picture.
    const onStage = !!element.closest('#stage')
    element.focus({ preventScroll: onStage })
    if (onStage) scrollTo(0, 0)
    return true
  }

  const press = button => button ? (button.click(), true) : false
  // What a letter does, if it did it. The list adds its own.
  const letters = {
    '?': () => { showKeys(); return true },
    u: () => press($$('.crumbs a').pop())
  }
  on(document, 'keydown', event => {
    if (isTyping(event) || event.defaultPrevented || $('dialog[open]')) return
    const action = singleLetters() && letters[event.key]
    if (action && action()) event.preventDefault()
  })

  // ---- Setting up: once for each page, also for one that the album puts in place

  const setUps = []
  function setUp() {
    $$('[data-js]').forEach(element => { element.hidden = false })
    $$('[data-keys]').forEach(button => { button.hidden = !canShowDialogs })
    const single = $('#single')
    if (single) single.checked = singleLetters()
    // Whoever says that this is a television, or is none, says it once.
    const asked = new URLSearchParams(location.search).getAll('tv').pop()
    if (/^[01]$/.test(asked)) setCookie('porthole_tv', asked)
    setUps.forEach(part => part())
  }
  on(document, 'DOMContentLoaded', setUp)

  window.porthole = {
    $, $$, on, within, plainClick, tv, stored, store, basePath, setCookie, positions, clock, say, make,
    canShowDialogs, singleLetters, isTyping, walk, focusOn, setUp, setUps, letters, press
  }
})();
