// porthole: the list of a folder. Times, what was played, the strip, the filter, the views.
(function () {
  'use strict'

  const P = window.porthole
  const { $, $$, on, within, plainClick, tv, positions, clock, say, make } = P

  // Of the page that is shown. The last two are made when they are first needed.
  let table, rows, foldedNames, rowsByPath
  // The first link of a row is its name. Plain `a`: with a class before it, browsers search from
  // the top of the page for each row, and a list of 50,000 takes minutes.
  const link = row => $('a', row)
  const opener = row => $('.x [name=open]', row)
  // The name as `open=` wants it: the button has it; else it is the last part of the link.
  function openName(row) {
    const button = opener(row)
    return button ? button.value : decoded(link(row).getAttribute('href'))
  }
  function decoded(text) {
    try { return decodeURIComponent(text) } catch (e) { return text }
  }

  // Some engines drop the meaning of a table that is laid out as a grid: name its parts again.
  const PARTS = [['thead, tbody', 'rowgroup'], ['thead tr', 'row'], ['thead th', 'columnheader']]
  function nameTheParts() {
    table.setAttribute('role', 'table')
    PARTS.forEach(([parts, role]) => $$(parts, table).forEach(e => e.setAttribute('role', role)))
  }

  // Long lists are dressed in slices, so that the page answers meanwhile.
  function inSlices(items, work) {
    items.slice(0, 500).forEach(work)
    if (items.length > 500) setTimeout(() => inSlices(items.slice(500), work), 0)
  }
  function dress(row) {
    row.setAttribute('role', 'row')
    Array.from(row.cells).forEach(cell =>
      cell.setAttribute('role', cell.tagName === 'TH' ? 'rowheader' : 'cell'))
    const date = $('.d', row)
    if (date) showLocalTime(date, date.title.replace(' UTC', 'Z').replace(' ', 'T'))
  }

  // Times arrive as UTC. The reader sees the own zone; the exact UTC value stays in `title`.
  function showLocalTime(element, iso) {
    const time = new Date(iso)
    if (!iso || isNaN(time)) return
    const local = new Date(time - time.getTimezoneOffset() * 60000)
    element.textContent = local.toISOString().slice(0, 16).replace('T', ' ')
  }

  // The brass bar: the part that was played.
  function playedBar(record) {
    const part = make('i', '')
    part.style.width = record.position / record.length * 100 + '%'
    return make('span', 'bar2', part)
  }

  function markPlayed(record) {
    const row = rowOf(record.file)
    const length = row && $('.l', row)
    if (!length || $('.bar2', row)) return
    row.classList.add('on')
    $('.n', row).append(playedBar(record))
    length.dataset.whole = length.textContent
    length.textContent = timeLeft(record, table)
  }
  function unmark(row) {
    if (!row || !$('.bar2', row)) return
    row.classList.remove('on')
    $('.bar2', row).remove()
    $('.l', row).textContent = $('.l', row).dataset.whole
  }
  const timeLeft = (record, words) =>
    (clock(record.length - record.position) + ' ' + (words.dataset.left || '')).trim()

  // What was begun in this folder and below it, newest first.
  function begun() {
    const all = positions.all()
    const folder = positions.key(location.pathname)
    return Object.keys(all)
      .filter(file => file.startsWith(folder) && positions.of(file, tagOf(file)))
      .map(file => Object.assign({ file, below: file.slice(folder.length) }, all[file]))
      .filter(record => record.below.includes('/') || !isGone(record.file))
      .sort((a, b) => b.saved - a.saved)
  }
  function rowOf(file) {
    rowsByPath = rowsByPath ||
      new Map(rows.filter(link).map(row => [positions.key(link(row).pathname), row]))
    return rowsByPath.get(file)
  }
  const tagOf = file => (rowOf(file) || { dataset: {} }).dataset.tag
  // Only a list that is whole can tell that a file is no longer there.
  const isGone = file =>
    rows.length > 0 && !$('.pages') && !/[?&]q=/.test(location.search) && !rowOf(file)

  // The play button goes on where this folder was left; with nothing begun it is as it came.
  const whatItSaid = new WeakMap()
  function goOnButton(records) {
    const button = $('.acts .go[data-go]')
    if (!button) return
    const words = $('span', button)
    const came = whatItSaid.get(button) || { value: button.value, words: words.textContent }
    whatItSaid.set(button, came)
    const row = records.map(record => rowOf(record.file)).find(r => r && opener(r))
    button.value = row ? openName(row) : came.value
    words.textContent = row ? button.dataset.go + ' ' + withoutEnding(link(row).textContent) : came.words
    button.classList.toggle('wide', !!row)
  }
  const withoutEnding = name => name.replace(/\.\w+$/, '')

  // The strip above the list: up to four begun files, each with a way to forget it.
  const MOST_IN_STRIP = 4
  function fillStrip(records) {
    const strip = $('[data-js-strip]')
    if (!strip) return
    const old = $('ul', strip)
    if (old) old.remove()
    strip.hidden = records.length === 0
    strip.append(make('ul', '', ...records.slice(0, MOST_IN_STRIP).map(r => stripItem(strip, r))))
  }
  function stripItem(strip, record) {
    const row = rowOf(record.file)
    const last = record.below.lastIndexOf('/') + 1
    const file = record.below.slice(last)
    const name = row ? link(row).textContent : decoded(file)
    const anchor = make('a', '', make('span', 'name', name),
      make('small', '', timeLeft(record, strip)), playedBar(record))
    // The path keeps its percent signs, so that names in any encoding come through; `./` keeps
    // a name with a colon from being a scheme.
    anchor.href = './' + record.below.slice(0, last) + '?open=' + file.replace(/[+&;]/g, encodeURIComponent)
    const cross = $('[data-close] svg')
    const forget = make('button', 'i', cross ? cross.cloneNode(true) : '\u00d7')
    forget.type = 'button'
    forget.dataset.forgetPath = record.file
    forget.setAttribute('aria-label', (strip.dataset.forget || '\u00d7') + ' ' + name)
    return make('li', '', anchor, forget)
  }
  on(document, 'click', event => {
    const button = within(event, '[data-forget-path]')
    if (!button) return
    const strip = button.closest('[data-js-strip]')
    positions.forget(button.dataset.forgetPath)
    unmark(rowOf(button.dataset.forgetPath))
    const records = begun()
    goOnButton(records)
    fillStrip(records)
    const next = $('button', strip) || (rows[0] && link(rows[0]))
    if (next) next.focus()
  })

  // ---- The filter: while typing, within this page. Enter asks the server, which sees all pages.

  const fold = text => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
  function filter(field) {
    foldedNames = foldedNames || rows.map(row => fold(link(row) ? link(row).textContent : ''))
    const wanted = fold(field.value.trim())
    let found = 0
    rows.forEach((row, i) => {
      row.hidden = !foldedNames[i].includes(wanted)
      if (!row.hidden) found++
    })
    const none = $('.none')
    if (none) none.hidden = found > 0
    const words = field.dataset.found || '{n} / {all}'
    say(wanted ? words.replace('{n}', found).replace('{all}', rows.length) : '')
  }
  on(document, 'input', event => { if (within(event, '.find input')) filter(event.target) })
  on(document, 'keydown', event => {
    const field = within(event, '.find input')
    if (!field || event.key !== 'Escape' || !field.value) return
    field.value = ''
    filter(field)
    event.preventDefault()
  })

  // ---- List or grid, without a reload

  const COOKIES = { photos: 'porthole_view_photos', films: 'porthole_view_films' }
  function chooseView(button) {
    table.classList.remove('list', 'grid')
    table.classList.add(button.value)
    $$('.seg [name=as]').forEach(b => b.setAttribute('aria-pressed', b === button))
    P.setCookie(COOKIES[table.dataset.viewKind] || 'porthole_view', button.value)
    // An address that names a view would win over the cookie at the next visit.
    const query = new URLSearchParams(location.search)
    if (query.has('as')) {
      query.set('as', button.value)
      history.replaceState(history.state, '', '?' + query + location.hash)
    }
    $$('input[name=as]').forEach(field => { field.value = button.value })
  }
  on(document, 'click', event => {
    const button = within(event, '.seg [name=as]')
    if (!button || !table) return
    event.preventDefault()
    chooseView(button)
  })

  // ---- A plain click on a name opens its page. With a modifier key the link is the file.

  on(document, 'click', event => {
    const row = plainClick(event) && within(event, '.ls tbody tr')
    if (!row || !link(row) || within(event, '.x')) return
    const isShown = row.classList.contains('img') && P.showPicture && P.showPicture(row)
    if (!isShown && opener(row)) opener(row).click()
    // Date and size lie above the link, so that their exact values show on hover.
    else if (!isShown && !within(event, '.n a')) link(row).click()
    else if (!isShown) return
    event.preventDefault()
  })

  // ---- Keys

  function focusEnd(key) {
    const shown = rows.filter(row => !row.hidden)
    return P.focusOn(shown.length > 0 && link(shown[key === 'Home' ? 0 : shown.length - 1]))
  }
  function focusFilter() {
    const field = $('.find input')
    if (!field) return false
    field.focus()
    field.select()
    return true
  }
  P.letters['/'] = focusFilter
  P.letters.v = () => P.press($('.seg [aria-pressed=false]'))
  on(document, 'keydown', event => {
    const inList = table && table.contains(document.activeElement)
    if (P.isTyping(event) || event.defaultPrevented || $('dialog[open]') || $('#stage')) return
    const isArrow = /^Arrow/.test(event.key) && (inList || tv)
    const isEnd = /^(Home|End)$/.test(event.key) && inList
    if (isArrow ? P.walk(event.key) : isEnd && focusEnd(event.key)) event.preventDefault()
  })

  // A remote begins at the first name, or where a letter led.
  function focusFirst() {
    const isFree = document.activeElement === document.body
    if (tv && isFree && rows.length) P.focusOn(link($('tr:target', table) || rows[0]))
  }
  // Going to a place in the page takes the focus away, up to now.
  on(window, 'load', () => requestAnimationFrame(focusFirst))

  P.setUps.push(() => {
    table = $('table.ls')
    rows = table ? $$('tbody tr', table) : []
    foldedNames = rowsByPath = null
    if (table) nameTheParts()
    const records = begun()
    goOnButton(records)
    fillStrip(records)
    records.forEach(markPlayed)
    inSlices(rows, dress)
    $$('time[datetime]').forEach(time => showLocalTime(time, time.getAttribute('datetime')))
    // Some browsers bring back what was typed before a reload.
    const field = $('.find input')
    if (field && field.value !== field.defaultValue) filter(field)
    focusFirst()
  })
  Object.assign(P, { rows: () => rows, link, openName })
})();
