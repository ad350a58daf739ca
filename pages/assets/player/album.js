// porthole: the bar at the foot of a folder of music. It goes on playing while one walks
// through the folders: their pages are fetched and put in place of the one that is shown.
(function () {
  'use strict'

  const P = window.porthole
  const { $, $$, on, within } = P
  const deck = P.deck
  const now = $('.now')
  if (!deck || deck.stage || !now) return

  // ---- The queue: the album it was started from, whatever folder is shown by now

  let queue = []
  let index = -1
  const trackRows = () => $('#album') ? P.rows().filter(row => row.classList.contains('aud')) : []
  const playing = () => queue[index]
  const hasStarted = () => !!playing()

  function queueOfThisPage() {
    const album = $('#album')
    const cover = album && $('[data-art]', album)
    const common = {
      folder: location.href.split('#')[0],
      artist: album && album.dataset.artist || deck.bar.dataset.artist || '',
      album: album && album.dataset.album || deck.bar.dataset.album || '',
      art: cover ? cover.currentSrc || cover.src : ''
    }
    return trackRows().map(row => Object.assign({
      url: P.link(row).href,
      title: row.dataset.title || P.link(row).textContent,
      tag: row.dataset.tag || ''
    }, common))
  }
  deck.neighbour = by => queue[index + by]
  deck.about = () => playing() || queue[0] || {}
  deck.go = track => play(queue.indexOf(track))

  function play(i) {
    index = i
    const { url, tag } = playing()
    const isNew = deck.media.src !== url
    if (isNew) deck.media.src = url
    deck.media.dataset.tag = tag
    if (isNew || deck.media.currentTime === 0) deck.newFile()
    paint()
    deck.start()
  }
  function startFrom(row) {
    const url = P.link(row).href
    if (hasStarted() && playing().url === url) return deck.actions.toggle()
    queue = queueOfThisPage()
    play(queue.findIndex(track => track.url === url))
  }

  function paint() {
    const { title, artist, album, art, folder, url } = deck.about()
    const set = (selector, text) => { if ($(selector, now)) $(selector, now).textContent = text }
    if (title === undefined) return
    set('.what b', title)
    set('.what span', [artist, album].filter(Boolean).join(' \u00b7 '))
    const cover = $('img', now)
    if (cover && art) cover.src = art
    $$('a[data-home]', now).forEach(link => { link.href = folder })
    P.rows().filter(P.link).forEach(row => {
      const isHere = hasStarted() && P.link(row).href === url
      row.classList.toggle('here', isHere)
      if (isHere) P.link(row).setAttribute('aria-current', 'true')
      else P.link(row).removeAttribute('aria-current')
    })
  }

  on(document, 'click', event => {
    const row = P.plainClick(event) && within(event, '#album .aud')
    if (row && !within(event, '.x a')) {
      event.preventDefault()
      startFrom(row)
    } else if (within(event, '[data-all]') && trackRows().length) {
      event.preventDefault()
      queue = queueOfThisPage()
      play(0)
    }
  }, true)

  // ---- Two elements take turns: the next track is there before this one ends

  const LOAD_AHEAD_SECONDS = 20
  let spare = document.createElement('audio')
  deck.wire(spare)
  deck.onTime = (time, length) => {
    const next = deck.neighbour(1)
    if (!next || !length || length - time > LOAD_AHEAD_SECONDS || spare.src === next.url) return
    spare.preload = 'auto'
    spare.src = next.url
  }
  deck.ended = () => {
    const next = deck.neighbour(1)
    if (!next) return
    if (spare.src === next.url) takeTurn()
    deck.go(next)
  }
  function takeTurn() {
    const { volume, muted, playbackRate } = deck.media
    const rested = deck.media
    deck.media = spare
    spare = rested
    Object.assign(deck.media, { volume, muted, defaultPlaybackRate: playbackRate, playbackRate })
  }
  deck.failed = () => {
    const words = now.dataset.bad
    if (!words || !hasStarted()) return
    if ($('.what span', now)) $('.what span', now).textContent = words
    P.say(words)
  }

  // ---- Walking on: a folder's page takes the place of this one, the bar stays

  const addressOf = url => url.pathname + url.search
  let shownAddress = addressOf(location)
  // Counts the pages that were asked for: an older one that comes late is dropped.
  let latest = 0

  // By their addresses at the start: relative ones mean something else on the next page.
  const loaded = $$('script[src]').map(script => script.src)
  // Only folders and what is read: a page with its own player needs this one silent.
  function canTake(page) {
    const isLoaded = script => loaded.includes(new URL(script.getAttribute('src'), page.url).href)
    return $('main', page.document) && !$('#stage', page.document) &&
      $$('script[src]', page.document).every(isLoaded)
  }
  function walkTo(url, isBack) {
    const mine = ++latest
    const leave = () => { location.href = url }
    if (isBack) clearTimeout(scrolled)
    else keepScroll()
    history.scrollRestoration = 'manual'
    document.documentElement.classList.add('busy')
    deck.fetchPage(url).then(page => {
      if (mine !== latest) return
      if (!canTake(page)) throw new Error('not for this page')
      // First the address: the links of what comes are relative to it.
      if (!isBack) history.pushState(null, '', page.url + new URL(url).hash)
      shownAddress = addressOf(location)
      takePage(page.document)
      restoreScroll()
      // Only going there makes a row the target.
      if (!isBack && location.hash) location.replace(location.href)
    }).catch(leave).then(() => document.documentElement.classList.remove('busy'))
  }
  // The browser can not know where a page was that it did not load: each entry of the history
  // keeps it.
  let scrolled
  function keepScroll() {
    clearTimeout(scrolled)
    history.replaceState(Object.assign({}, history.state, { scroll: scrollY }), '')
  }
  const restoreScroll = () => scrollTo(0, (history.state || {}).scroll || 0)
  on(window, 'scroll', () => {
    clearTimeout(scrolled)
    if (hasStarted()) scrolled = setTimeout(keepScroll, 150)
  })
  function takePage(page) {
    document.title = page.title
    document.body.className = page.body.className
    ;['.mark', '.crumbs', 'main', '#keys'].forEach(part => deck.adopt(part, page))
    deck.adopt('.find', page, $('.top'))
    deck.adopt('#lb', page, document.body)
    takeIcons(page)
    // What the page's own bar would have said about its album.
    const theirBar = $('.now .ctl', page)
    const album = $('#album')
    if (theirBar && album) Object.assign(album.dataset, Object.assign({}, theirBar.dataset, album.dataset))
    P.setUp()
    paint()
    $('main').focus({ preventScroll: true })
    P.say(page.title)
  }
  // Each page has only the icons that it uses: those that are missing are added.
  function takeIcons(page) {
    const sprite = ($('symbol') || {}).parentNode
    $$('symbol', page).forEach(symbol => {
      if (sprite && !document.getElementById(symbol.id)) sprite.append(document.importNode(symbol, true))
    })
  }

  on(document, 'click', event => {
    const link = hasStarted() && P.plainClick(event) && within(event, 'a[href]')
    if (!link || link.hasAttribute('download') || link.target || link.origin !== location.origin) return
    const isFolder = link.pathname.endsWith('/') && link.pathname.startsWith(P.basePath())
    if (!isFolder || link.closest('#lb') || link.getAttribute('href')[0] === '#') return
    event.preventDefault()
    walkTo(link.href)
  })
  // Sorting, pages, the filter and the reader are forms; what is downloaded stays one.
  on(document, 'submit', event => {
    const { target: form, submitter: button } = event
    const isView = form.method === 'get' && !(button && button.name === 'get')
    // An old browser does not tell which button it was.
    if (!hasStarted() || !isView || button === undefined) return
    event.preventDefault()
    const query = new URLSearchParams(new FormData(form))
    if (button && button.name) query.append(button.name, button.value)
    const row = button && button.getAttribute('formaction') || ''
    walkTo(new URL('?' + query + row, form.action).href)
  })
  on(window, 'popstate', () => {
    if (addressOf(location) !== shownAddress) walkTo(location.href, true)
  })

  P.setUps.push(() => {
    if (hasStarted()) return
    queue = queueOfThisPage()
    deck.newFile()
  })
})();
