// porthole: the page of a film or a single track: the stage and its controls, the queue
// beside it, what comes next, and what to do with a file that the browser cannot play.
(function () {
  'use strict'

  const P = window.porthole
  const { $, $$, on, within, tv, stored, store } = P
  const deck = P.deck
  if (!deck || !deck.stage) return
  const { stage, bar, media } = deck

  // Own controls where there is a mouse or a remote. A phone keeps its browser's, which know
  // its lock screen and its cast button, and gets our row below them.
  const own = deck.isOwn = !stored('native', false) &&
    (tv || matchMedia('(hover: hover) and (pointer: fine)').matches)

  deck.about = () => {
    const heading = $('.deck h1') || $('h1')
    const { artist, album } = bar ? bar.dataset : {}
    return {
      title: media.dataset.title || (heading ? heading.textContent : document.title),
      artist, album, art: media.poster || ($('[data-art]') || {}).src
    }
  }

  // ---- The queue: the list beside the player, in the folder's order

  const queueLinks = () => $$('.queue a[href]')
  deck.neighbour = by => {
    const here = queueLinks().findIndex(link => link.hasAttribute('aria-current'))
    return here < 0 ? undefined : queueLinks()[here + by]
  }
  const currentAddress = () => location.pathname + location.search
  let shownAddress = currentAddress()

  // Stays in the page, so that full screen and the right to play with sound survive.
  deck.go = link => openInPlace(link.href)
  function openInPlace(url, isBack) {
    deck.savePosition()
    endCountdown()
    deck.fetchPage(url).then(page => {
      const film = $('#v', page.document)
      if (!film || film.tagName !== media.tagName) throw new Error('not for this player')
      if (!isBack) history.pushState(null, '', page.url)
      shownAddress = currentAddress()
      document.title = page.document.title
      ;['.crumbs', '.deck .about', '#stage .bad'].forEach(part => deck.adopt(part, page.document))
      markInQueue(page.document)
      take(film)
      P.setUp()
    }).catch(() => { location.href = url })
  }
  const TAKEN = ['poster', 'data-tag', 'data-type', 'data-fps', 'data-title']
  function take(film) {
    TAKEN.forEach(name => {
      if (film.hasAttribute(name)) media.setAttribute(name, film.getAttribute(name))
      else media.removeAttribute(name)
    })
    media.textContent = ''
    Array.from(film.childNodes).forEach(child => media.append(document.importNode(child, true)))
    if (film.hasAttribute('src')) media.setAttribute('src', film.getAttribute('src'))
    else media.removeAttribute('src')
    media.load()
    deck.newFile()
    deck.start()
  }
  function markInQueue(page) {
    const isHere = link => link.href.split('#')[0] === location.href.split('#')[0]
    if (!queueLinks().some(isHere)) return deck.adopt('.queue ol', page)
    queueLinks().forEach(link => {
      if (!isHere(link)) return link.removeAttribute('aria-current')
      link.setAttribute('aria-current', 'true')
      // The list scrolls by itself; the page stays where it is.
      const list = link.closest('ol')
      list.scrollTop = link.offsetTop - list.offsetTop - list.clientHeight / 3
    })
  }
  on(document, 'click', event => {
    const link = P.plainClick(event) && within(event, '.queue a[href]')
    if (!link) return
    event.preventDefault()
    deck.go(link)
  })
  on(window, 'popstate', () => {
    if (currentAddress() === shownAddress) deck.goToMoment()
    else openInPlace(location.href, true)
  })

  // ---- At the end: the next one after ten seconds, unless somebody stays

  const NEXT_AFTER_SECONDS = 10
  const card = () => $('.pop.next')
  let countdown
  deck.ended = () => {
    const next = deck.neighbour(1)
    const autoplay = $('#auto')
    if (!next || !card() || !autoplay || !autoplay.checked) return
    card().hidden = false
    $('b', card()).textContent = ($('span', next) || next).firstChild.textContent
    if (tv) $('button', card()).focus({ preventScroll: true })
    countDown(NEXT_AFTER_SECONDS)
  }
  function countDown(seconds) {
    clearTimeout(countdown)
    $('i', card()).textContent = seconds
    countdown = setTimeout(seconds > 0 ? () => countDown(seconds - 1) : playNext, 1000)
  }
  function endCountdown() {
    clearTimeout(countdown)
    if (card()) card().hidden = true
  }
  function playNext() {
    endCountdown()
    deck.step(1)
  }
  const toggle = deck.actions.toggle
  deck.actions.toggle = () => card() && !card().hidden ? playNext() : toggle()

  // ---- A file that the browser cannot play: said before one waits for it

  const inFirefox = /Firefox\//.test(navigator.userAgent)
  const inChromium = /Chrom(e|ium)\//.test(navigator.userAgent)
  function canPlay(type) {
    // Firefox says yes, and then reads the whole file before it plays (Mozilla bug 2000420).
    if (/matroska/.test(type) && inFirefox) return false
    if (media.canPlayType(type) !== '') return true
    // What these hold is asked for as MP4: QuickTime is its twin, and Chromium plays Matroska
    // but did not always say so.
    const isTwin = /quicktime|x-m4v/.test(type) || (inChromium && /matroska/.test(type))
    return isTwin && media.canPlayType(type.replace(/^[^;]*/, 'video/mp4')) !== ''
  }
  // The page may have found out before its scripts ran. A `src` that has failed has an error;
  // without one the browser has only not begun yet, as when the scripts came from its cache.
  let hasFailed = !!media.error ||
    (!media.hasAttribute('src') && media.networkState === HTMLMediaElement.NETWORK_NO_SOURCE)
  deck.onFile = () => {
    const types = $$('source[type]', media).map(source => source.type)
    if (media.dataset.type) types.push(media.dataset.type)
    const isForetold = types.length > 0 && !types.some(canPlay)
    if (hasFailed || isForetold || lacksPicture()) sayCannotPlay()
    else hideCannotPlay()
    hasFailed = false
  }
  const message = () => $('#stage .bad')
  function sayCannotPlay() {
    if (!message()) return
    if (!$('a, button', message())) message().append(...savingActions())
    $$('[data-app]', message()).forEach(offerApp)
    message().hidden = false
    stage.classList.add('cannot')
  }
  function hideCannotPlay() {
    if (message()) message().hidden = true
    stage.classList.remove('cannot')
  }
  // The page's own buttons are offered here as well: download, and the file's address.
  const savingActions = () =>
    $$('.deck [download], .deck [data-copy]:not([data-do])').map(button => button.cloneNode(true))
  // Phones have players that take an address: Android's by an intent, VLC on iOS by its scheme.
  function offerApp(link) {
    const url = deck.address()
    const agent = navigator.userAgent
    const isApple = /iPhone|iPad|iPod/.test(agent) ||
      (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1)
    const kind = /^audio/.test(media.dataset.type) ? 'audio' : 'video'
    link.hidden = !isApple && !/Android/.test(agent)
    link.href = isApple ? 'vlc-x-callback://x-callback-url/stream?url=' + encodeURIComponent(url)
      : 'intent://' + url.host + url.pathname + '#Intent;action=android.intent.action.VIEW;scheme=' +
        url.protocol.slice(0, -1) + ';type=' + kind + '/*;S.title=' +
        encodeURIComponent(deck.about().title) + ';end'
  }
  // A film that loads as sound without its picture is not played either.
  const lacksPicture = () =>
    /^video/.test(media.dataset.type) && media.readyState > 0 && media.videoWidth === 0
  deck.failed = event => {
    const sources = $$('source', media)
    // Subtitles that are missing, or a source that another one follows, are no failure.
    if (event.target === media || event.target === sources[sources.length - 1]) sayCannotPlay()
  }
  on(media, 'loadedmetadata', () => { if (lacksPicture()) sayCannotPlay() })
  on(media, 'playing', () => { if (!lacksPicture()) hideCannotPlay() })
  on(media, 'play', endCountdown)

  // ---- Full screen, picture in picture, other screens

  const isFull = () => document.fullscreenElement || document.webkitFullscreenElement
  function toggleFull() {
    const enter = stage.requestFullscreen || stage.webkitRequestFullscreen
    const leave = document.exitFullscreen || document.webkitExitFullscreen
    if (isFull()) leave.call(document)
    else if (enter) enter.call(stage)
    // An iPhone has no full screen but its own.
    else if (media.webkitEnterFullscreen) media.webkitEnterFullscreen()
  }
  ;['fullscreenchange', 'webkitfullscreenchange'].forEach(type =>
    on(document, type, () => deck.label('full', isFull() ? 'exit' : 'enter')))

  const canPip = () => !!document.pictureInPictureEnabled && !!media.requestPictureInPicture
  function togglePip() {
    if (document.pictureInPictureElement) document.exitPictureInPicture()
    else if (canPip()) media.requestPictureInPicture().catch(() => { })
  }

  const offerCast = isThere => $$('[data-do=cast]').forEach(button => { button.hidden = !isThere })
  // AirPlay, else Remote Playback.
  if (window.WebKitPlaybackTargetAvailabilityEvent) {
    on(media, 'webkitplaybacktargetavailabilitychanged', event =>
      offerCast(event.availability === 'available'))
  } else if (media.remote) media.remote.watchAvailability(offerCast).catch(() => { })
  function cast() {
    if (media.webkitShowPlaybackTargetPicker) media.webkitShowPlaybackTargetPicker()
    else media.remote.prompt().catch(() => { })
  }

  // ---- The bar rests after three seconds of play, never under a focus that keys brought

  let idleTimer
  let lastWasKey = false
  function wake() {
    stage.classList.remove('idle')
    clearTimeout(idleTimer)
    if (media.paused) return
    idleTimer = setTimeout(() => {
      const hasKeyFocus = lastWasKey && !tv && bar && bar.contains(document.activeElement)
      if (!hasKeyFocus) stage.classList.add('idle')
    }, tv ? 6000 : 3000)
  }
  if (own) {
    stage.classList.add('own')
    media.controls = false
    const big = $('.big', stage)
    if (big) big.hidden = false
    on(media, 'click', () => deck.actions.toggle())
    on(media, 'dblclick', toggleFull)
    on(media, 'play', () => { if (big) big.hidden = true; wake() })
    on(media, 'pause', wake)
    on(stage, 'pointermove', () => { lastWasKey = false; wake() })
    on(stage, 'focusin', wake)
    on(document, 'keydown', () => { lastWasKey = true; wake() }, true)
  }

  // ---- Buttons, keys, switches

  Object.assign(deck.actions, {
    pip: togglePip, full: toggleFull, cast, now: playNext, stay: endCountdown,
    again: () => { hideCannotPlay(); if (media.error) media.load(); deck.start() },
    // The copy button of the page reads this next.
    at: button => {
      button.dataset.copy = location.href.split('#')[0] + '#t=' + Math.floor(media.currentTime)
    }
  })
  function stepFrame(by) {
    media.pause()
    deck.seekTo(media.currentTime + by / (Number(media.dataset.fps) || 25))
  }
  Object.assign(deck.letters, {
    f: toggleFull, i: togglePip, ',': () => stepFrame(-1), '.': () => stepFrame(1)
  })
  deck.keys.Home = () => deck.seekTo(0)

  // With a remote: no control focused, left and right jump, up and down go to the controls.
  if (tv) deck.tvAction = event => {
    const { key, target } = event
    const along = { ArrowLeft: -10, ArrowRight: 10 }[key]
    const isFree = target === document.body || target === deck.seek || target.id === 'main'
    const isArrow = /^Arrow/.test(key)
    if (key === 'Enter' && target.tagName === 'SELECT') return () => turnChoice(target)
    if (key === 'Enter' && target.type === 'checkbox') return () => target.click()
    if (key === 'Enter' && !deck.isButton(target)) return () => deck.actions.toggle()
    if (along && isFree) return () => deck.jump(along)
    const main = $('.cannot .bad .b:last-child') || $('.play', bar)
    if (isArrow && isFree && target !== deck.seek) return () => P.focusOn(main)
    return isArrow ? () => P.walk(key) : null
  }
  function turnChoice(select) {
    select.selectedIndex = (select.selectedIndex + 1) % select.options.length
    select.dispatchEvent(new Event('change'))
  }

  // A switch whose state is remembered under the same word.
  function remember(id, otherwise, changed) {
    const box = $('#' + id)
    if (!box) return
    box.checked = stored(id, otherwise)
    on(box, 'change', () => { store(id, box.checked); changed() })
  }
  remember('native', false, () => location.reload())
  remember('auto', true, () => { })
  $$('[data-do=pip]').forEach(button => { button.hidden = !canPip() })
})();
