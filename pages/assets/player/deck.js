// porthole: what plays a film, a single track or an album: the bar's buttons, the keys, the
// place where one was, and the lock screen. film.js and album.js come after it and say what
// is particular to them.
//
// Without these scripts the page still has the browser's own controls.
(function () {
  'use strict'

  const P = window.porthole
  const { $, $$, on, within, stored, store, clock, say } = P
  const stage = $('#stage')
  const bar = $('.ctl')
  const first = $('#v') || $('.now audio')
  if (!first) return

  const part = selector => bar && $(selector, bar)
  const seek = part('.seek')
  const volume = part('.vol')
  const speed = part('.speed')
  const time = part('.time')

  // `media` plays. The rest is filled by the film or the album: the thing `step` places on
  // from here, how to go to it, what to do at the end, and words for the lock screen.
  const deck = P.deck = {
    media: first, stage, bar, seek,
    neighbour: () => undefined, go: () => { }, ended: () => { }, about: () => ({}),
    onTime: () => { }, onFile: () => { }, failed: () => { }, tvAction: () => null, isOwn: false,
    actions: {}, letters: {}, keys: {}
  }
  const length = () => isFinite(deck.media.duration) ? deck.media.duration : 0
  const address = () => new URL(deck.media.src || deck.media.currentSrc || '', location.href)

  // ---- Saying things: on the picture for a moment, and to screen readers

  let osdTimer
  function show(words) {
    const osd = $('.osd')
    say(words)
    if (!osd) return
    osd.textContent = words
    osd.classList.add('on')
    clearTimeout(osdTimer)
    osdTimer = setTimeout(() => osd.classList.remove('on'), 900)
  }
  const signed = (number, words) => (number < 0 ? '\u2212' : '+') + words

  // A button with two states has the words and the icon of both in data- attributes.
  function label(action, state) {
    $$('[data-do=' + action + ']').forEach(button => {
      const words = button.dataset[state]
      const use = $('use', button)
      if (words) button.setAttribute('aria-label', button.title = words)
      if (use && button.dataset[state + 'i']) use.setAttribute('href', button.dataset[state + 'i'])
    })
  }

  // ---- Playing

  function start() {
    const promise = deck.media.play()
    // The error event says it, or the button stays.
    if (promise) promise.catch(() => { })
  }
  function toggle() {
    if (!deck.media.paused) return deck.media.pause()
    if (takeResume()) return
    if (!deck.media.currentSrc && !deck.media.src) step(1)
    else start()
  }
  function step(by) {
    const target = deck.neighbour(by)
    if (target) deck.go(target)
  }
  function seekTo(seconds) {
    stopAt = null
    deck.media.currentTime = Math.min(Math.max(0, seconds), length())
  }
  function jump(seconds) {
    seekTo(deck.media.currentTime + seconds)
    show(signed(seconds, Math.abs(seconds) + ' s'))
  }
  function setVolume(loudness) {
    deck.media.muted = false
    deck.media.volume = Math.min(1, Math.max(0, loudness))
    show(Math.round(deck.media.volume * 100) + ' %')
  }

  const speeds = speed ? $$('option', speed).map(option => Number(option.value))
    : [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
  function setSpeed(rate) {
    if (!rate) return
    // Loading a file resets the speed to the default one.
    deck.media.defaultPlaybackRate = deck.media.playbackRate = rate
    show(rate + '\u00d7')
  }
  const stepSpeed = by => setSpeed(speeds[speeds.indexOf(deck.media.playbackRate) + by])

  // ---- A–B: the first press sets the start, the second the end, the third ends it

  let loop = {}
  function stepLoop() {
    const now = deck.media.currentTime
    if (loop.to) loop = {}
    else if (loop.from === undefined) loop = { from: now }
    else loop = { from: Math.min(loop.from, now), to: Math.max(loop.from, now) }
    paintLoop()
    const places = [loop.from, loop.to].filter(place => place !== undefined).map(clock)
    show('A\u2013B ' + (places.join('\u2013') || '\u2013'))
  }
  function paintLoop() {
    if (!seek) return
    const percent = seconds => (seconds || 0) / (length() || 1) * 100
    seek.classList.toggle('ab', loop.from !== undefined)
    seek.style.setProperty('--a', percent(loop.from) + '%')
    seek.style.setProperty('--b', (loop.to ? percent(loop.to) : percent(loop.from) + 0.4) + '%')
  }

  // ---- Where we were

  const SAVE_EVERY_SECONDS = 5
  // A song is not resumed; a reading or a concert is.
  const SHORTEST_SOUND_SECONDS = 15 * 60
  let lastSaved = 0
  function savePosition() {
    const { currentTime, dataset } = deck.media
    if (!length() || (!stage && length() < SHORTEST_SOUND_SECONDS)) return
    lastSaved = currentTime
    P.positions.save(address().pathname, currentTime, length(), dataset.tag)
  }

  // `#t=754`, `#t=1:02:03`, `#t=10,20`: the start, and where it stops if that is named.
  let stopAt = null
  function goToMoment() {
    const match = /#t=(?:npt:)?([\d:.]*)(?:,([\d:.]+))?/.exec(location.hash)
    if (!match || !stage) return false
    const seconds = text => text.split(':').reduce((sum, n) => sum * 60 + (Number(n) || 0), 0)
    seekTo(seconds(match[1]))
    if (match[2]) stopAt = seconds(match[2])
    return true
  }

  // Asks, never jumps; only a link to a moment does.
  let isNewFile = true
  function offerResume() {
    if (!isNewFile) return
    isNewFile = false
    const pop = $('.resume')
    const record = P.positions.of(address().pathname, deck.media.dataset.tag)
    if (goToMoment() || !pop || !record || record.position >= length()) return
    pop.hidden = false
    pop.dataset.position = record.position
    $('b', pop).textContent = clock(record.position)
  }
  function takeResume(fromStart) {
    const pop = $('.resume')
    if (!pop || pop.hidden) return false
    pop.hidden = true
    seekTo(fromStart ? 0 : Number(pop.dataset.position))
    start()
    return true
  }

  // ---- Painting the bar

  function fillRange(range) {
    if (!range) return
    const part = (range.value - range.min) / (range.max - range.min || 1)
    range.style.setProperty('--p', part * 100 + '%')
  }
  function paintTime() {
    const now = deck.media.currentTime
    const words = clock(now) + ' / ' + clock(length())
    if (time) time.textContent = words
    if (!seek) return
    if (!seek.matches(':active')) {
      seek.max = Math.max(1, Math.floor(length()))
      seek.value = Math.floor(now)
    }
    seek.setAttribute('aria-valuetext', words)
    fillRange(seek)
  }
  function paintVolume() {
    const loudness = deck.media.muted ? 0 : deck.media.volume
    if (volume) volume.value = loudness * 100
    fillRange(volume)
    label('mute', loudness ? 'off' : 'on')
  }
  function paintNeighbours() {
    $$('[data-do=prev]').forEach(button => { button.disabled = !deck.neighbour(-1) })
    $$('[data-do=next]').forEach(button => { button.disabled = !deck.neighbour(1) })
  }
  function onTime() {
    const now = deck.media.currentTime
    paintTime()
    if (loop.to && now >= loop.to) deck.media.currentTime = loop.from
    if (stopAt && now >= stopAt) { stopAt = null; deck.media.pause() }
    if (Math.abs(now - lastSaved) >= SAVE_EVERY_SECONDS) savePosition()
    // Who plays on for ten seconds has answered whether to resume.
    const pop = $('.resume')
    if (pop && !deck.media.paused && now > 10) pop.hidden = true
    deck.onTime(now, length())
  }
  // Another file stands in the element.
  function newFile() {
    isNewFile = true
    stopAt = null
    lastSaved = 0
    loop = {}
    const pop = $('.resume')
    if (pop) pop.hidden = true
    paintLoop()
    paintNeighbours()
    describe()
    deck.onFile()
  }

  // ---- Lock screen, headset, remote

  const session = navigator.mediaSession
  function describe() {
    if (!session || !window.MediaMetadata) return
    const { title, artist, album, art } = deck.about()
    session.metadata = new MediaMetadata({
      title, artist, album, artwork: art ? [{ src: new URL(art, location.href).href }] : []
    })
    handle('play', () => takeResume() || start())
    handle('pause', () => deck.media.pause())
    handle('seekbackward', details => jump(-(details.seekOffset || 10)))
    handle('seekforward', details => jump(details.seekOffset || 10))
    handle('seekto', details => seekTo(details.seekTime))
    handle('previoustrack', deck.neighbour(-1) ? () => step(-1) : null)
    handle('nexttrack', deck.neighbour(1) ? () => step(1) : null)
  }
  function handle(action, handler) {
    // Not all browsers know all actions.
    try { session.setActionHandler(action, handler) } catch (e) { }
  }
  function tellPosition() {
    if (!session || !session.setPositionState || !length()) return
    const { currentTime, playbackRate } = deck.media
    session.setPositionState({
      duration: length(), playbackRate: playbackRate || 1, position: Math.min(currentTime, length())
    })
  }

  // ---- Buttons and keys

  Object.assign(deck.actions, {
    toggle, loop: stepLoop,
    mute: () => { deck.media.muted = !deck.media.muted },
    back: () => jump(-10), fwd: () => jump(10), prev: () => step(-1), next: () => step(1),
    resume: () => takeResume(), over: () => takeResume(true)
  })
  const act = name => () => deck.actions[name]()
  on(document, 'click', event => {
    const button = within(event, '[data-do]')
    const action = button && deck.actions[button.dataset.do]
    if (action) action(button)
  }, true)

  // Key codes of Tizen, webOS, Android TV and HbbTV.
  const REMOTE = {
    415: 'toggle', 19: 'toggle', 10252: 'toggle', 179: 'toggle', 417: 'fwd', 228: 'fwd',
    412: 'back', 227: 'back', 425: 'next', 176: 'next', 424: 'prev', 177: 'prev'
  }
  Object.assign(deck.letters, {
    k: act('toggle'), j: act('back'), l: act('fwd'), m: act('mute'), b: stepLoop,
    n: act('next'), p: act('prev'),
    '>': () => stepSpeed(1), ']': () => stepSpeed(1), '<': () => stepSpeed(-1), '[': () => stepSpeed(-1)
  })

  // What Space or Enter presses itself.
  const isButton = element => /^(button|a|summary)$/i.test(element.tagName) || element.type === 'checkbox'
  function actionOf(event) {
    const { key, target } = event
    const isOtherRange = target.type === 'range' && target !== seek
    const inText = !stage && within(event, '.ls, .prose, .code')
    const along = { ArrowLeft: -5, ArrowRight: 5 }[key]
    const louder = { ArrowUp: 0.05, ArrowDown: -0.05 }[key]
    if (isOtherRange && /^(Arrow|Home|End|Page)/.test(key)) return null
    if (along && !inText && (stage || !isButton(target))) return () => jump(along * (event.shiftKey ? 12 : 1))
    if (louder && deck.isOwn && !isButton(target)) return () => setVolume(deck.media.volume + louder)
    if (key === ' ') return isButton(target) || inText ? null : act('toggle')
    if (key === 'Backspace') return () => setSpeed(1)
    if (deck.keys[key] && !isButton(target)) return deck.keys[key]
    if (key.length > 1 || !P.singleLetters()) return null
    if (/\d/.test(key)) return () => seekTo(length() * key / 10)
    return deck.letters[key.toLowerCase()]
  }
  on(document, 'keydown', event => {
    if (event.defaultPrevented || $('dialog[open]')) return
    const ofRemote = REMOTE[event.keyCode]
    const action = ofRemote ? act(ofRemote)
      : deck.tvAction(event) || (!P.isTyping(event) && actionOf(event))
    if (!action) return
    action()
    event.preventDefault()
  })

  // ---- Pages that are put in place of this one, so that playing goes on

  // The page of an address, as a document that is not shown. Its scripts never run.
  function fetchPage(url) {
    return fetch(url, { headers: { Accept: 'text/html' }, credentials: 'same-origin' }).then(response => {
      const type = response.headers.get('content-type') || ''
      if (!response.ok || !type.startsWith('text/html')) throw new Error('not a page')
      return response.text().then(text =>
        ({ url: response.url, document: new DOMParser().parseFromString(text, 'text/html') }))
    })
  }
  // Puts a part of a fetched page in the place of ours. With a `home` it may also come or go.
  function adopt(selector, page, home) {
    const mine = $(selector)
    const found = $(selector, page)
    const theirs = found && document.importNode(found, true)
    if (mine && theirs) mine.replaceWith(theirs)
    else if (home && theirs) home.append(theirs)
    else if (home && mine) mine.remove()
  }

  // ---- Wiring

  // The album has two elements that take turns: only the one that plays is listened to.
  function wire(media) {
    const listen = (type, listener) => on(media, type, event => { if (deck.media === media) listener(event) })
    listen('timeupdate', onTime)
    ;['durationchange', 'seeked'].forEach(type => listen(type, () => { paintTime(); tellPosition() }))
    listen('loadedmetadata', () => { offerResume(); paintTime() })
    listen('play', () => { label('toggle', 'pause'); tellPosition() })
    listen('pause', () => { label('toggle', 'play'); savePosition() })
    listen('volumechange', () => { paintVolume(); store('vol', [media.volume, media.muted]) })
    listen('ratechange', () => {
      if (speed) speed.value = media.playbackRate
      if (stage) store('rate', media.playbackRate)
      tellPosition()
    })
    listen('ended', () => {
      savePosition()
      if (!loop.to) return deck.ended()
      seekTo(loop.from)
      start()
    })
    on(media, 'error', event => { if (deck.media === media) deck.failed(event) }, true)
    const remembered = stored('vol')
    if (Array.isArray(remembered)) [media.volume, media.muted] = remembered
    // Music is not played at the speed of the last film.
    if (stage) media.defaultPlaybackRate = media.playbackRate = Number(stored('rate', 1)) || 1
  }

  on(seek, 'input', () => { seekTo(Number(seek.value)); fillRange(seek) })
  on(volume, 'input', () => { deck.media.muted = false; deck.media.volume = volume.value / 100 })
  on(speed, 'change', () => setSpeed(Number(speed.value)))
  on(window, 'pagehide', savePosition)
  on(document, 'visibilitychange', () => { if (document.hidden) savePosition() })

  Object.assign(deck, {
    start, step, seekTo, jump, show, signed, label, isButton, address, length, savePosition,
    goToMoment, newFile, wire, fetchPage, adopt
  })
  wire(first)
  // When the film or the album has said what is particular to it.
  let isReady = false
  P.setUps.push(() => {
    if (isReady) return
    isReady = true
    newFile()
    if (deck.media.readyState > 0) offerResume()
    paintTime()
    paintVolume()
    if (speed) speed.value = deck.media.playbackRate
    if (bar) bar.hidden = false
  })
})();
